"""Whether one of two programs is slower, from rounds in which each ran once beside the other."""
import dataclasses
import math
import statistics

CHANCE = 0.02  # that the true ratio is beyond a bound


def bounds(ratios):
    """Between which the median of all such ratios lies, by their order alone: nothing is assumed of how they are distributed. None where they are too few."""
    ordered, count = sorted(ratios), len(ratios)
    below, left = 0.0, None
    for k in range(count):
        below += math.comb(count, k) / 2**count  # that at most k ratios are less than the median
        if below > CHANCE:
            break
        left = k
    return None if left is None else (ordered[left], ordered[count - 1 - left])


@dataclasses.dataclass
class Difference:
    name: str
    before: float  # medians
    after: float
    ratio: float  # the median of the rounds' ratios
    bounds: tuple  # or None

    def slower_by(self, percent):
        """Beyond the noise, and by more than that."""
        return self.bounds is not None and self.bounds[0] > 1 + percent / 100

    @property
    def verdict(self):
        if self.bounds is None:
            return "too few rounds"
        return "slower" if self.bounds[0] > 1 else "faster" if self.bounds[1] < 1 else "the same"


def difference(name, before, after):
    """Of two lists with one value of each round."""
    ratios = [new / old for old, new in zip(before, after)]
    return Difference(name, statistics.median(before), statistics.median(after), statistics.median(ratios), bounds(ratios))


def table(differences, limit):
    """Markdown; what is too much slower in bold."""
    lines = ["| | before | after | ratio | at least, at most | |", "|---|---|---|---|---|---|"]
    for each in differences:
        between = f"{each.bounds[0]:.3f}, {each.bounds[1]:.3f}" if each.bounds else ""
        verdict = f"**slower, by more than {limit:g} %**" if each.slower_by(limit) else each.verdict
        lines.append(f"| {each.name} | {each.before:,.4g} | {each.after:,.4g} | {each.ratio:.3f} | {between} | {verdict} |")
    return "\n".join(lines) + "\n"
