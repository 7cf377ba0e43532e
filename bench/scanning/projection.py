"""What was measured, for a host and a day: scans every so often, and the watch."""
import statistics

from rig import figures
from scanning.changes import UPGRADE

DAY = 86400
PERIODS = {"15 min": 900, "1 h": 3600, "24 h": DAY}


def delays(outcomes):
    """Seconds until it was told what differs, of the changes of which it ever was: {"median" of edits and attacks, "upgrade": of the files that an upgrade
    replaces all at once, "worst" of all}."""
    told = [each for each in outcomes if each.told_after is not None]
    upgrade = [each.told_after for each in told if each.change.kind == UPGRADE]
    single = [each.told_after for each in told if each.change.kind != UPGRADE]
    return {"median": statistics.median(single), "upgrade": statistics.median(upgrade), "worst": max(single + upgrade)}


def missed(outcomes):
    """(never named at all, named only because times moved)"""
    return sum(each.named_after is None for each in outcomes), sum(each.named_after is not None and each.told_after is None for each in outcomes)


def of_scans(used, fared, period):
    """Of a day with a scan at the end of each period. A change comes at any time: half of them wait for more than half of a period, and then for the scan."""
    scan = {key: statistics.median(getattr(one, key) for one in used) for key in ("seconds", "cpu", "read", "memory")}
    count = DAY / period
    median, worst = period / 2 + scan["seconds"], period + scan["seconds"]
    return {"scans": count, "median": median, "upgrade": median, "worst": worst, "cpu": count * scan["cpu"], "read": count * scan["read"],
            "displaced": count * displaced(fared, "scan"), "memory": scan["memory"], "slowdown": 1 - ratio(fared, "scan")}


def of_watch(outcomes, rest, used, whole, fared):
    """Of a day with the changes of this run: at rest, for each change, and one round of verification. What it reads at rest is of the kernel, not of files,
    and counts only where it came from a disk."""
    idle = rest.cpu / rest.seconds
    changes = max(0.0, used.cpu - idle * used.seconds)
    read = max(0.0, used.read - rest.read / rest.seconds * used.seconds)
    return delays(outcomes) | {"cpu": idle * DAY + changes + whole.cpu, "cpu_idle": idle * DAY, "cpu_changes": changes, "cpu_verification": whole.cpu,
                               "read": rest.disk / rest.seconds * DAY + read + whole.read, "displaced": displaced(fared, "round") + displaced(fared, "watch"),
                               "memory": max(rest.memory, used.memory, whole.memory), "slowdown": 1 - ratio(fared, "watch"),
                               "slowdown_verifying": 1 - ratio(fared, "budget")}


def displaced(fared, who):
    """Bytes that a neighbour had in the page cache and read again from the disk; what it reads alone (its own program) does not count."""
    return max(0, statistics.median(one["read_again"] for one in fared[who]) - statistics.median(one["read_again"] for one in fared["alone"]))


def ratio(fared, who):
    """Of the neighbour's rate to its rate alone."""
    return statistics.median(one["rate"] for one in fared[who]) / statistics.median(one["rate"] for one in fared["alone"])


def duration(seconds):
    if seconds < 1:
        return f"{figures.number(seconds * 1000)} ms"
    if seconds < 120:
        return f"{figures.number(seconds)} s"
    return f"{figures.number(seconds / 60)} min" if seconds < 2 * 3600 else f"{figures.number(seconds / 3600)} h"


def size(count):
    for unit, step in (("GiB", 30), ("MiB", 20), ("KiB", 10)):
        if count >= 1 << step:
            return f"{figures.number(count / (1 << step))} {unit}"
    return f"{figures.number(count)} B"


def percent(share):
    return "below 1 %" if abs(share) < 0.01 else f"{100 * share:.0f} %"


def table(result):
    """The Markdown table of a result."""
    about, projected = result["about"], result["projection"]
    total = about["changes"]
    columns = [projected[name] for name in PERIODS] + [projected["touchstone"]]
    rows = [
        ("time to detect, median", [duration(one["median"]) for one in columns]),
        ("the same of a file of an upgrade, all at once", [duration(one["upgrade"]) for one in columns]),
        ("time to detect, worst", [duration(one["worst"]) for one in columns]),
        (f"of {total:,} changes never noticed", [f"{about['aide']['never']:,}"] * 3 + [f"{about['touchstone']['never']:,}"]),
        ("of them noticed only in that times moved, not what changed", [f"{about['aide']['times_only']:,}"] * 3 + [f"{about['touchstone']['times_only']:,}"]),
        ("CPU, seconds", [figures.number(one["cpu"]) for one in columns]),
        ("bytes read", [size(one["read"]) for one in columns]),
        ("page cache of a neighbour displaced, and read again", [size(one["displaced"]) for one in columns]),
        ("memory, at most", [f"{figures.number(one['memory'])} MiB" for one in columns]),
        ("a busy neighbour is slower meanwhile by", [percent(one["slowdown"]) for one in columns[:3]]
         + [f"{percent(projected['touchstone']['slowdown'])} (verifying: {percent(projected['touchstone']['slowdown_verifying'])})"]),
    ]
    lines = ["| for a host and a day | " + " | ".join([f"AIDE every {name}" for name in PERIODS] + ["touchstone"]) + " |", "|---" * 5 + "|"]
    lines += ["| " + " | ".join([label, *cells]) + " |" for label, cells in rows]
    return "\n".join(lines) + "\n"


def conditions(result):
    about, machine = result["about"], result["machine"]
    kinds, aide, watch = about["kinds"], about["aide"], result["projection"]["touchstone"]
    attacks = kinds["change and put back"] + kinds["create, run and delete"]
    noise = "" if result["load"]["quiet"] else " **(not quiet: believe no times)**"
    return (f"One run over {about['files']:,} files, {size(about['bytes'])}: {kinds[UPGRADE]:,} files that `apt-get upgrade` replaced, {about['changes'] - kinds[UPGRADE] - attacks:,} edits, "
            f"{attacks:,} attacks that put things back after {about['dwell']} s. AIDE ran every {about['period']} s, {duration(aide['scan'])} each time, and told of a change after "
            f"{duration(aide['median'])} (median; worst {duration(aide['worst'])}). Its columns are projected from that: half a period (median), or a whole one (worst), and a scan; "
            f"as many scans as fit into a day. touchstone's day: {duration(watch['cpu_idle'])} of CPU at rest, {duration(watch['cpu_changes'])} for the changes of this run, and "
            f"{duration(watch['cpu_verification'])} for one verification of everything. {machine['cpus']} CPUs ({machine['cpu']}, SHA-256 at {machine['sha256_gb_per_second']:g} GB/s), "
            f"Linux {machine['kernel']}; others used {result['load']['others_percent']:.0f} % of them{noise}. Commit {result['commit']}, {result['at'][:10]}, by `bench/against-scanning`.\n")
