"""The command line that all benchmarks share, and their results."""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import time

from rig import figures, machine

SOURCE = pathlib.Path(__file__).parents[2]


def build_directory(given):
    """What was given, else the one of the preset `bench`, brought up to date."""
    if given:
        return pathlib.Path(given).resolve()
    for step in (["cmake", "--preset", "bench"], ["cmake", "--build", "--preset", "bench"]):
        subprocess.run(step, cwd=SOURCE, check=True, stdout=subprocess.DEVNULL)
    return SOURCE / "build/bench"


def parser(description):
    made = argparse.ArgumentParser(description=description, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    made.add_argument("--json", action="store_true", help="print the result as JSON")
    made.add_argument("--build", metavar="DIR", help="measure the programs in DIR; without it the preset `bench` is built first")
    made.add_argument("--quiet", type=int, default=0, metavar="SECONDS", help="wait at most so long until nothing else runs")
    return made


def say(text):
    print(text, file=sys.stderr, flush=True)


def result(name, arguments, measure):
    """What measure() gives as figures, with the machine and its load, as it is in JSON."""
    if os.geteuid() != 0:
        sys.exit(f"{name}: needs root, as the daemon that it measures does")
    if arguments.quiet and not machine.wait_until_quiet(arguments.quiet):
        say(f"{name}: the machine did not become quiet; measuring all the same")
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    with machine.Load() as load:
        measured = measure()
    settings = {key: value for key, value in vars(arguments).items() if key not in ("json", "build", "quiet", "embed", "results")}
    return {"benchmark": name, "at": at, "commit": machine.commit(), "machine": machine.describe(), "load": load.as_json(), "settings": settings,
            "figures": [figure.as_json() for figure in measured]}


def run(name, arguments, measure):
    """measure() gives figures; prints them, with the machine and its load."""
    show(result(name, arguments, measure), arguments)


def show(result, arguments):
    if arguments.json:
        print(json.dumps(result, indent=1))
        return
    for figure in result["figures"]:
        label, target, value, runs = figures.row(figure)
        print(f"{label + ':':<64} {value:>14}{f'   at most {target}' if target else ''}{f'   ({runs})' if runs else ''}")
    if not result["load"]["quiet"]:
        print(f"The machine was not quiet: others used {result['load']['others_percent']:.0f} % of its CPUs. Do not believe these figures.")
