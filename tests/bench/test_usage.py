"""What rig.usage says that a program used, of programs that use a known amount."""
import sys

import pytest
from rig import usage

MIB = 1 << 20


def python(text):
    return [sys.executable, "-c", text]


def test_what_a_program_reads_and_has_in_memory_is_told_after_its_end():
    used = usage.run(python("import time; kept = open('/dev/zero', 'rb', 0).read(64 << 20); time.sleep(0.2)"))
    assert 64 * MIB <= used.read < 80 * MIB
    assert 64 < used.memory < 200
    assert used.seconds >= 0.2 and 0 < used.cpu < used.seconds


def test_threads_that_have_ended_count():
    used = usage.run(python("import threading; t = threading.Thread(target=lambda: open('/dev/zero', 'rb', 0).read(32 << 20)); t.start(); t.join()"))
    assert used.read >= 32 * MIB


def test_a_program_that_fails_ends_the_benchmark_unless_its_status_is_an_answer():
    with pytest.raises(SystemExit, match="ended with 3: because"):
        usage.run(python("import sys; sys.stderr.write('because'); sys.exit(3)"))
    told = []
    usage.run(python("import sys; sys.exit(3)"), allowed=range(8), started=told.append)
    assert len(told) == 1
