#!/usr/bin/python3
"""validate.py SCHEMA DIRECTORY: holds every golden event against the schema, and shows that the schema refuses what it must."""
import copy
import json
import pathlib
import sys

import jsonschema

schema = json.loads(pathlib.Path(sys.argv[1]).read_text())
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
golden = {path.stem: json.loads(path.read_text()) for path in sorted(pathlib.Path(sys.argv[2]).glob("*.json"))}
problems = [] if golden else ["no golden events"]

for name, event in golden.items():
    for error in validator.iter_errors(event):
        problems.append(f"{name}: {'/'.join(map(str, error.absolute_path))}: {error.message[:300]}")


def refuse(what, name, change):
    if name not in golden:
        problems.append(f"no golden event {name}")
        return
    event = copy.deepcopy(golden[name])
    change(event)
    if validator.is_valid(event):
        problems.append(f"the schema lets pass: {what}")


def leave_out(*keys):
    def change(event):
        for key in keys[:-1]:
            event = event[key]
        del event[keys[-1]]
    return change


def put(value, *keys):
    def change(event):
        for key in keys[:-1]:
            event = event[key]
        event[keys[-1]] = value
    return change


for key in ("@timestamp", "ecs", "event", "message", "file", "host", "touchstone"):
    refuse(f"a finding without {key}", "changed", leave_out(key))
for key in ("id", "kind", "category", "type", "action", "sequence", "severity", "module", "dataset"):
    refuse(f"a finding without event.{key}", "changed", leave_out("event", key))
for key in ("verdict", "differs_from_baseline", "changes", "ancestors", "actors", "actors_complete"):
    refuse(f"a finding without touchstone.{key}", "changed", leave_out("touchstone", key))
for name in golden:
    refuse(f"{name} with a key of its own", name, put(1, "extra"))
    refuse(f"{name} with a touchstone key of its own", name, put(1, "touchstone", "extra"))
    refuse(f"{name} with an action that is none", name, put("exploded", "event", "action"))
    refuse(f"{name} with a severity that is none", name, put(50, "event", "severity"))
    refuse(f"{name} with a kind that does not fit its verdict", name,
           lambda event: event["event"].update(kind="event" if event["event"]["kind"] == "alert" else "alert"))
refuse("a number for an inode", "changed", put(1234, "file", "inode"))
refuse("a before that is no string", "changed", put(1, "touchstone", "changes", 0, "before"))
refuse("neither process nor a reason", "changed", leave_out("process"))
refuse("process and a reason", "changed", put("why", "touchstone", "actor_unknown"))
refuse("an alert that is expected", "changed", put("expected", "touchstone", "verdict"))
refuse("creation for a change", "changed", put(["creation"], "event", "type"))
refuse("renamed without previous_path", "renamed-directory", leave_out("touchstone", "previous_path"))
refuse("unreadable without error", "unreadable", leave_out("error"))
refuse("a gap without a reason", "gap", leave_out("touchstone", "gap", "reason"))
refuse("a gap with a verdict", "gap", put("unexpected", "touchstone", "verdict"))
refuse("a gap with tags", "gap", put(["pci-dss-11.5.2"], "tags"))
refuse("tags that are none", "notice-sweep-finished", put([], "tags"))
refuse("a notice with a verdict", "notice-heartbeat", put("unexpected", "touchstone", "verdict"))
refuse("a detail that is no string", "notice-heartbeat", put(3, "touchstone", "details", "count"))
refuse("a time without nine digits", "changed", put("2026-01-31T12:00:00Z", "@timestamp"))

print("\n".join(problems) if problems else f"{len(golden)} events are valid")
sys.exit(1 if problems else 0)
