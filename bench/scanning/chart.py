"""The chart of a result, as SVG: on a card of its own, light or dark as the reader's page is."""
import math
from html import escape

from rig import figures
from scanning import projection

WIDTH, LEFT, RIGHT = 960, 186, 936
ROW, BAR = 32, 16
DECADES = [(0.001, "1 ms"), (0.01, "10 ms"), (0.1, "0.1 s"), (1, "1 s"), (10, "10 s"), (60, "1 min"), (600, "10 min"), (3600, "1 h"), (36000, "10 h")]
LONGEST = 2 * projection.DAY
STYLE = """
text { font-family: system-ui, -apple-system, "Segoe UI", "Liberation Sans", "DejaVu Sans", sans-serif; fill: #1f2937; font-size: 13px }
.card { fill: #ffffff; stroke: #d5dae1 } .title { font-size: 20px; font-weight: 700 } .head { font-size: 15px; font-weight: 600 }
.quiet { fill: #5b6675; font-size: 12px } .value { font-weight: 600; stroke: #ffffff; stroke-width: 4px; paint-order: stroke } .name { text-anchor: end } .grid { stroke: #e6e9ee }
.touchstone { fill: #0d8a7d } .touchstone-worst { fill: #0d8a7d; opacity: .35 } .aide { fill: #8a6fc9 } .aide-worst { fill: #8a6fc9; opacity: .35 } .tick { text-anchor: middle }
@media (prefers-color-scheme: dark) {
text { fill: #e5e9f0 } .value { stroke: #12161d } .card { fill: #12161d; stroke: #303844 } .quiet { fill: #9aa6b6 } .grid { stroke: #262d38 }
.touchstone, .touchstone-worst { fill: #2cc5b2 } .aide, .aide-worst { fill: #a78bfa } }
"""


def text(x, y, words, kind=""):
    return f'<text x="{x:.0f}" y="{y:.0f}" class="{kind}">{escape(words)}</text>'


def bar(x, y, width, kind):
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(2, width) if width else 0:.1f}" height="{BAR}" rx="3" class="{kind}"/>'


def along(seconds):
    """Where a time stands on the logarithmic axis."""
    low, high = math.log10(DECADES[0][0]), math.log10(LONGEST)
    return LEFT + (math.log10(max(seconds, DECADES[0][0])) - low) / (high - low) * (RIGHT - LEFT - 150)


def detection(rows, top):
    """Bars to the median, paler ones on to the worst; on a logarithmic axis, for they differ by five orders of magnitude."""
    out = [text(24, top, "Time to detect a change", "head"), text(24, top + 18, "the median, and paler the worst; on a logarithmic axis", "quiet")]
    top += 22
    bottom = top + 14 + len(rows) * ROW
    for seconds, name in DECADES:
        x = along(seconds)
        out += [f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top + 12}" y2="{bottom}" class="grid"/>', text(x, bottom + 16, name, "quiet tick")]
    for n, (name, median, worst, kind) in enumerate(rows):
        y = top + 20 + n * ROW
        out += [text(LEFT - 12, y + 13, name, "name"), bar(LEFT, y, along(worst) - LEFT, f"{kind}-worst"), bar(LEFT, y, along(median) - LEFT, kind),
                text(along(worst) + 8, y + 13, f"{projection.duration(median)}, worst {projection.duration(worst)}", "value")]
    return out, bottom + 24


def panel(left, top, title, note, rows):
    """One quantity, linear; rows of (name, value, how it is written, kind)."""
    widest = max(value for _, value, _, _ in rows) or 1
    out = [text(left, top, title, "head"), text(left, top + 18, note, "quiet")]
    for n, (name, value, written, kind) in enumerate(rows):
        y = top + 30 + n * 25
        out += [text(left + 104, y + 13, name, "name"), bar(left + 114, y, value / widest * 220, kind), text(left + 122 + max(2, value / widest * 220), y + 13, written, "value")]
    return out


def draw(result):
    about, projected = result["about"], result["projection"]
    names = [(f"AIDE, {name}", projected[name], "aide") for name in projection.PERIODS] + [("touchstone", projected["touchstone"], "touchstone")]

    def rows(key, write):
        return [(name, one[key], write(one[key]), kind) for name, one, kind in names]

    aide, unseen = about["aide"], about["touchstone"]["never"] + about["touchstone"]["times_only"]
    missed = [(name, count, f"{count:,}", kind) for name, count, kind in
              (("AIDE: never", aide["never"], "aide"), ("AIDE: as touched", aide["times_only"], "aide"), ("touchstone", unseen, "touchstone"))]
    measured = [("touchstone, measured", projected["touchstone"]["median"], projected["touchstone"]["worst"], "touchstone"),
                (f"AIDE, {about['period']} s, measured", about["aide"]["median"], about["aide"]["worst"], "aide")]
    ahead = [(f"AIDE, {name}", projected[name]["median"], projected[name]["worst"], "aide") for name in projection.PERIODS]
    body, below = detection(measured + ahead, 86)
    grid = below + 42
    body += panel(24, grid, "CPU", "seconds a day", rows("cpu", figures.number))
    body += panel(492, grid, "Read", "a day", rows("read", projection.size))
    body += panel(24, grid + 164, "A neighbour's page cache, displaced", "a day, where memory is in use", rows("displaced", projection.size))
    body += panel(492, grid + 164, f"Not noticed, of {about['changes']:,} changes", "never at all, or only in that a time moved (put back before the scan)", missed)
    height = grid + 164 + 30 + 4 * 25 + 64
    foot = (f"One run over {about['files']:,} files, {projection.size(about['bytes'])}: apt-get upgrade, edits, and attacks that put things back. A day has the changes of the run.",
            f"AIDE every 15 min, 1 h and 24 h is projected from its scans every {about['period']} s; touchstone reads everything once a day in the background.")
    head = [f'<rect x=".5" y=".5" width="{WIDTH - 1}" height="{height - 1}" rx="10" class="card"/>',
            text(24, 40, "Scanning every so often, and watching: the same host, the same changes", "title")]
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" '
            f'aria-label="Time to detect, CPU, bytes read, page cache displaced and changes missed: AIDE and touchstone">\n<style>{STYLE}</style>\n'
            + "\n".join(head + body + [text(24, height - 36 + 18 * n, line, "quiet") for n, line in enumerate(foot)]) + "\n</svg>\n")
