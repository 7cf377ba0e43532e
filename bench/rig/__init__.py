"""What every benchmark needs: a command line, a file system of its own, a daemon, the machine's load, and figures."""
