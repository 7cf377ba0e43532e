"""docs/coverage.md: made of the results of every tier, and held against the table of mutations."""
import re

import holes

COLUMNS = [("timestamps", ""), ("lsm", "6.12"), ("fentry", "6.12"), ("lsm", "6.1"), ("fentry", "6.1"), ("fanotify", "")]
NAMES = {"timestamps": "timestamps", "lsm": "LSM", "fentry": "fentry", "fanotify": "fanotify alone"}
WORDS = {"told": "yes", "quiet": "quiet", "absent": "–", "late": "late", "nobody": "no process", "missed": "not told", "wrong": "wrong process", "needless": "needless"}
WORST = ["absent", "quiet", "told", "late", "nobody", "needless", "wrong", "missed"]
GROUPS = {"content": "What a file holds", "routes": "Ways to come to a file", "mappings": "Shared mappings", "attributes": "Attributes", "names": "Names",
          "nothing": "Nothing at all"}
UNEXPLAINED = "**unexplained**"
EXPLAINED = re.compile(r"^\[(\d+)\] (.+)$", re.MULTILINE)

HEAD = """# What is told of every way to change a file

Made by `scripts/coverage`; not edited by hand. Each of {count} ways to change a watched file or directory, and {idle} ways to have to do with one and change
nothing, is acted under one daemon for each tier, which has the capabilities of the shipped unit, and whose log is read. The table of mutations is
`tests/kernel/mutations/`; what is explained below is written there, beside the case.

| word | means |
|---|---|
| yes | a finding at once (within 2 s; within 20 s in a virtual machine without hardware support), which names the process that did it, and no other |
| late | the same, later |
| no process | a finding that does not say who |
| not told | no finding until the next full comparison |
| quiet | nothing was changed, and nothing is told |
| – | this kernel or file system has no such thing |

By fanotify alone the process lives on for 0.1 s after its act: who has ended before fanotify's event is read is not known in that tier. In the others it ends at once.

"""


def find(outcomes, tier, release):
    return next((each for each in outcomes if each["tier"] == tier and each["kernel"].startswith(release + "." if release else "")), None)


def worst(results):
    return max(results, key=WORST.index)


class Reasons:
    def __init__(self):
        self.texts = []

    def number(self, text):
        if text not in self.texts:
            self.texts.append(text)
        return self.texts.index(text) + 1


def cell(case, outcome, reasons):
    """The result on all types of file systems; where they differ, the word for most, then those that fall short."""
    by_type = {each["type"]: each["result"] for each in outcome["results"] if each["name"] == case["name"]}
    short = {kind: result for kind, result in by_type.items() if result not in holes.GOOD}
    if not short:
        return WORDS[worst(by_type.values())]
    parts = [] if len(short) == sum(result != "absent" for result in by_type.values()) else [WORDS[worst(result for result in by_type.values() if result in holes.GOOD)]]
    for result in dict.fromkeys(short.values()):
        kinds = [kind for kind in short if short[kind] == result]
        for why in dict.fromkeys(holes.reason(case, outcome["tier"], kind, result) for kind in kinds):
            mark = f"[{reasons.number(why)}]" if why else UNEXPLAINED
            parts.append(f"{'' if not parts and len(kinds) == len(by_type) else ', '.join(kinds) + ': '}{WORDS[result]} {mark}")
    return "; ".join(parts)


def counts(outcomes):
    lines = ["| tier | kernel | file systems | yes | late | no process | not told | quiet | needless or wrong |", "|---|---|---|---|---|---|---|---|---|"]
    for outcome in outcomes:
        results = [each["result"] for each in outcome["results"]]
        kinds = ", ".join(dict.fromkeys(each["type"] for each in outcome["results"]))
        row = [NAMES[outcome["tier"]], outcome["kernel"], kinds, *(results.count(word) for word in ("told", "late", "nobody", "missed", "quiet")),
               results.count("needless") + results.count("wrong")]
        lines.append("| " + " | ".join(map(str, row)) + " |")
    return "\n".join(lines) + "\n"


def page(cases, outcomes):
    shown = [outcome for tier, release in COLUMNS if (outcome := find(outcomes, tier, release))]
    titles = [NAMES[outcome["tier"]] + " " + ".".join(outcome["kernel"].split(".")[:2]) for outcome in shown]
    reasons = Reasons()
    idle = sum(not case["changes"] and case["group"] == "nothing" for case in cases.values())
    text = HEAD.format(count=len(cases) - idle, idle=idle) + counts(shown)
    for group, title in GROUPS.items():
        text += f"\n## {title}\n\n| | {' | '.join(titles)} |\n|---|{'---|' * len(titles)}\n"
        for case in cases.values():
            if case["group"] == group:
                text += f"| {case['name']} | {' | '.join(cell(case, outcome, reasons) for outcome in shown)} |\n"
    text += "\n## Why not\n\n" + "\n\n".join(f"[{number}] {why}" for number, why in enumerate(reasons.texts, 1)) + "\n"
    return text


def problems(cases, text):
    """What does not fit between the page and the table of mutations."""
    found = []
    for group, title in GROUPS.items():
        section = text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
        rows = [[part.strip() for part in line.strip("|").split(" | ")] for line in section.splitlines() if line.startswith("| ")][1:]
        named = [case["name"] for case in cases.values() if case["group"] == group]
        if [row[0] for row in rows] != named:
            found.append(f"{title}: {sorted(set(named) ^ {row[0] for row in rows}) or 'in another order'}")
        for name, *words in rows:
            if any("[" not in word and word not in ("yes", "quiet", WORDS["absent"]) for word in words):
                found.append(f"{name}: a hole that nothing explains")
    known = {hole["why"] for case in cases.values() for hole in case["holes"]}
    found += [f"an explanation that the table of mutations does not give: {why}" for _, why in EXPLAINED.findall(text) if why not in known]
    if UNEXPLAINED in text:
        found.append("a hole that nothing explains")
    return found
