"""The micro-benchmarks: one Google Benchmark program for each stage."""
import json
import pathlib
import subprocess
import sys

STAGES = ("policy", "touch", "judge", "observe", "source", "state", "event", "sink")
PER_SECOND = {"ns": 1e9, "us": 1e6, "ms": 1e3, "s": 1}


def program(build, stage):
    return pathlib.Path(build) / f"bench/micro/bench_{stage}"


def benchmarks(program, repetitions, pattern, shortest=None):
    """name -> microseconds of each repetition; in wall time where the benchmark says so, else in CPU time. Each lasts `shortest` seconds at least."""
    words = [program, "--benchmark_format=json", f"--benchmark_repetitions={repetitions}", "--benchmark_enable_random_interleaving", f"--benchmark_filter={pattern}"]
    words += [f"--benchmark_min_time={shortest}"] if shortest else []
    done = subprocess.run(words, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    found = {}
    for run in json.loads(done.stdout)["benchmarks"] if done.stdout.strip() else []:
        if run.get("error_occurred"):
            sys.exit(f"{program.name}: {run['name']}: {run['error_message']}")
        if run["run_type"] == "iteration":
            time = run["real_time" if run["name"].endswith("/real_time") else "cpu_time"]
            found.setdefault(run["name"].removesuffix("/real_time"), []).append(time / PER_SECOND[run["time_unit"]] * 1e6)
    return found
