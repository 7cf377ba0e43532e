"""What the table of mutations says of itself, and whether it explains a result."""
import json
import subprocess

# A hole of one of these explains those before it, too.
ORDER = ["late", "nobody", "missed"]
GOOD = ("told", "quiet", "absent")


def table(build):
    """The cases in their order, by name: group, changes, holes."""
    listed = subprocess.run([build / "tests/coverage/act-mutations", "--list"], check=True, capture_output=True, text=True).stdout
    return {case["name"]: case for case in map(json.loads, listed.splitlines())}


def applies(hole, tier, kind):
    tiers = [tier, "fentry"] if tier == "lsm" else [tier]
    return hole["where"] in [*tiers, kind, *(f"{each} {kind}" for each in tiers)]


def covers(hole, result):
    if result in ORDER and hole["what"] in ORDER:
        return ORDER.index(result) <= ORDER.index(hole["what"])
    return result == hole["what"]


def reason(case, tier, kind, result):
    """Why a result is no fault; None when nothing explains it."""
    return next((hole["why"] for hole in case["holes"] if applies(hole, tier, kind) and covers(hole, result)), None)


def faults(cases, outcome):
    """The results that nothing explains, as lines of text. Being late is none: that depends on the machine."""
    return [f"{each['name']} on {each['type']}: {each['result']}" for each in outcome["results"]
            if each["result"] not in (*GOOD, "late") and reason(cases[each["name"]], outcome["tier"], each["type"], each["result"]) is None]
