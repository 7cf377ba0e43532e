"""What of the changes was noticed, and when: an AIDE report and touchstone's log, read alike and held against what was done."""
import dataclasses
import json

TIMES = frozenset("mc")  # of AIDE's attributes: times of change, which say that something was done but not what


@dataclasses.dataclass
class Sighting:
    """Somebody could read, at this time, that a path is not as it was."""

    at: float
    path: str  # below the root
    substance: bool  # says what differs; else only that times moved


@dataclasses.dataclass
class Outcome:
    change: object
    named_after: float = None  # seconds until its path was named at all; None: never
    told_after: float = None  # until it was said what differs


def below(path, root):
    """The path as it is inside of the root; None when it is not in there."""
    root = str(root).rstrip("/") + "/"
    return path[len(root):] if path.startswith(root) else None


def in_aide_report(text, at, root):
    """From a report with report_format=json. In a line of changed attributes each has a letter, or a dot when it is as it was."""
    report = json.loads(text)
    for part in ("added", "removed"):
        for path in report.get(part, {}):
            if name := below(path, root):
                yield Sighting(at, name, True)
    for path, attributes in report.get("changed", {}).items():
        if name := below(path, root):
            yield Sighting(at, name, bool({letter for letter in attributes[1:] if letter.isalpha() or letter in "<>"} - TIMES))


def in_log(lines, root):
    """From touchstone's JSON log: [(when it was read, line)]."""
    for at, line in lines:
        event = json.loads(line)
        if event["event"]["dataset"] != "touchstone.finding":
            continue
        own = event["touchstone"]
        for path in (event["file"]["path"], *own.get("other_paths", ()), own.get("previous_path", "")):
            if name := below(path, root):
                yield Sighting(at, name, event["event"]["action"] != "touched")


def outcomes(changes, sightings):
    """Of each change, the first sighting of one of its paths that was not before it."""
    by_path = {}
    for sighting in sorted(sightings, key=lambda each: each.at):
        by_path.setdefault(sighting.path, []).append(sighting)
    found = []
    for change in changes:
        outcome = Outcome(change)
        seen = sorted((each for path in change.paths for each in by_path.get(path, ()) if each.at >= change.at), key=lambda each: each.at)
        if seen:
            outcome.named_after = seen[0].at - change.at
        if told := [each for each in seen if each.substance]:
            outcome.told_after = told[0].at - change.at
        found.append(outcome)
    return found
