# Filled in with the systemd unit, man pages and configuration.
