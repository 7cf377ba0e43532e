"""Every way to change a watched file or directory is told, with who did it; and every way to change nothing is not. With the shipped unit's capabilities."""
import pathlib
import sys

import pytest

from conftest import BUILD

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "coverage"))

import holes  # noqa: E402
import suite  # noqa: E402


@pytest.mark.parametrize("ebpf", ["automatic", "off"])
def test_every_mutation(ebpf):
    cases = holes.table(BUILD)
    outcome = suite.run(BUILD, ebpf, suite.TYPES, 1)
    assert {each["type"] for each in outcome["results"]} >= {"ext4", "tmpfs"}
    assert len(outcome["results"]) >= 2 * len(cases)
    assert holes.faults(cases, outcome) == []
