"""Figures: medians over runs, held against a target."""
import dataclasses
import re
import statistics


@dataclasses.dataclass
class Figure:
    name: str  # stable: results of two commits are compared by it
    label: str
    runs: list  # one value a run
    unit: str
    target: float = None  # at most; None: for information
    worst: bool = False  # the worst run counts, not the median: for what must never happen

    @property
    def value(self):
        return max(self.runs) if self.worst else statistics.median(self.runs)

    @property
    def met(self):
        return None if self.target is None else self.value <= self.target

    def as_json(self):
        return {"name": self.name, "label": self.label, "value": round(self.value, 6), "unit": self.unit, "of": "worst" if self.worst else "median",
                "runs": [round(run, 6) for run in self.runs], "target": self.target, "met": self.met}


def number(value):
    """Three significant digits, whole from 100 on."""
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.3g}"


def percentile(values, share):
    """The smallest value that `share` of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * share // 100) - 1)]


def row(figure):
    """(what, target, measured, runs) of a figure as it is in JSON."""
    unit = f" {figure['unit']}" if figure["unit"] else ""
    target = f"{number(figure['target'])}{unit}" if figure["target"] is not None else ""
    missed = " **(missed)**" if figure["met"] is False else ""
    runs = f"{number(min(figure['runs']))} to {number(max(figure['runs']))}" if len(set(figure["runs"])) > 1 else ""
    return figure["label"], target, f"{number(figure['value'])}{unit}{missed}", runs


def markdown(results):
    """One table of all figures of several results."""
    lines = ["| | at most | measured | runs |", "|---|---|---|---|"]
    for result in results:
        for figure in result["figures"]:
            lines.append("| " + " | ".join(row(figure)) + " |")
    return "\n".join(lines) + "\n"


def marked(name):
    """The lines between <!-- bench: begin --> and <!-- bench: end -->; those of one benchmark have its name there."""
    word = f"bench {name}" if name else "bench"
    return re.compile(rf"(<!-- {word}: begin -->\n).*(<!-- {word}: end -->)", re.DOTALL)
