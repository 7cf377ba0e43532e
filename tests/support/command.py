"""Running programs."""
import subprocess


def run(*command, check=True, **options):
    """What the program has said and how it ended; fails with all that it said when it did not end well."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=300, **options)
    assert not check or done.returncode == 0, f"{command}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done
