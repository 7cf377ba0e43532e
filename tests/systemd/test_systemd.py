"""Each check of the script that runs inside is a test here; one that left no word has failed."""
import pathlib
import re

import pytest

NAMES = re.findall(r"^check ([a-z0-9-]+)", (pathlib.Path(__file__).with_name("checks")).read_text(), re.MULTILINE)


@pytest.mark.parametrize("name", NAMES)
def test_under_systemd(results, name):
    assert name in results, f"no word from this check; {results.get('', '')}"
    assert results[name] == "", results[name]
