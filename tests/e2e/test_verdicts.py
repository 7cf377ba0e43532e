"""What makes a change expected: a rule whose path and writer both fit, the writer's program checked."""
import hashlib
import json
import shutil
import subprocess

import pytest

from conftest import changes, wait_until


def program(touchstone):
    """A program that copies standard input to the file named, under a path of its own."""
    path = touchstone.home / "updater"
    shutil.copy(shutil.which("dd"), path)
    return path


def expect(path, executable, more=""):
    digest = hashlib.sha256(executable.read_bytes()).hexdigest()
    return f'[[expect]]\nname = "update"\npath = "{path}"\nexecutable = "{executable}"\nsha256 = "{digest}"\nattributes = ["content"]\n{more}'


def write_with(program, file, text):
    subprocess.run([program, f"of={file}", "status=none", "conv=notrunc"], input=text.encode(), check=True)


@pytest.fixture
def updated(touchstone):
    """A file, and the program by which changes of it are expected."""
    file, updater = touchstone.tree / "resolv.conf", program(touchstone)
    file.write_text("nameserver 192.0.2.1\n")
    touchstone.configure(more=expect(file, updater))
    return file, updater


def test_an_expected_change(touchstone, updated):
    file, updater = updated
    touchstone.watch().compared()
    write_with(updater, file, "nameserver 192.0.2.2\n")
    finding = touchstone.wait_for(file, "changed")
    assert finding["touchstone"]["verdict"] == "expected", (finding, touchstone.notices("provider-failed"))
    assert finding["touchstone"]["evidence"][0]["provider"] == "expect"
    assert (finding["event"]["kind"], finding["event"]["severity"]) == ("event", 21)
    # Somebody else's hand in the same file is not.
    file.write_text("nameserver 203.0.113.66\n")
    verdicts = [f["touchstone"]["verdict"] for f in touchstone.settle()]  # truncated and written: one finding, or two
    assert verdicts[0] == "expected" and set(verdicts[1:]) == {"unexpected"}


def test_several_writers_may_each_have_a_rule_of_their_own(touchstone):
    """As useradd and usermod in one run: a file in the place of the first, and another in the place of that, before anybody looked."""
    file = touchstone.tree / "passwd"
    file.write_text("root\n")
    programs = {}
    for name in "add", "modify", "stranger":
        programs[name] = touchstone.home / name
        shutil.copy(shutil.which("mv"), programs[name])
    rules = "".join(expect(file, programs[name]).replace('name = "update"', f'name = "{name}"') for name in ("add", "modify"))
    touchstone.configure(more=f'{rules}[settle]\nsuccessor = "1s"\n')
    touchstone.watch().compared()

    def save(*writers):
        seen = len(touchstone.findings(file))
        for writer in writers:
            new = touchstone.home / "new"
            new.write_text(f"{seen} by {writer}\n")
            subprocess.run([programs[writer], new, file], check=True)
        finding = wait_until(lambda: touchstone.findings(file)[seen:], "the finding")[0]["touchstone"]
        assert [actor["executable"] for actor in finding["actors"]] == [str(programs[writer]) for writer in writers]
        return finding

    finding = save("add", "modify")
    assert finding["verdict"] == "expected" and len(finding["evidence"]) == 1
    assert finding["evidence"][0]["source"] == "add, modify"
    assert all(f"(pid {actor['pid']}) by {name}" in finding["evidence"][0]["reason"] for name, actor in zip(("add", "modify"), finding["actors"]))
    assert save("add", "stranger")["verdict"] == "unexpected"
    assert save("modify")["evidence"][0]["source"] == "modify"
    assert "add, where its writer does it" in touchstone.run("explain", file).stdout.decode()


def test_who_only_compares_is_no_unknown_writer(touchstone):
    """`check`, and the verification in the background, may come upon a change that is told and not looked at yet."""
    file, mover, new = touchstone.tree / "lease", touchstone.home / "mover", touchstone.home / "new"
    file.write_text("0")
    shutil.copy(shutil.which("mv"), mover)
    touchstone.configure(more=f'{expect(file, mover)}[settle]\nsuccessor = "1s"\n')
    touchstone.watch().compared()
    new.write_text("1")
    subprocess.run([mover, new, file], check=True)
    touchstone.run("check", check=False)
    finding = touchstone.wait_for(file, "changed")["touchstone"]
    assert (finding["verdict"], finding["actors_complete"]) == ("expected", True)


def test_more_than_is_allowed_is_unexpected(touchstone, updated):
    _, updater = updated
    touchstone.watch().compared()
    write_with(updater, touchstone.tree / "other", "x")
    assert touchstone.wait_for(touchstone.tree / "other", "appeared")["touchstone"]["verdict"] == "unexpected"


def test_a_replaced_program_gains_nothing(touchstone, updated):
    file, updater = updated
    with updater.open("ab") as binary:
        binary.write(b"\0evil")
    touchstone.watch().compared()
    write_with(updater, file, "b")
    assert touchstone.wait_for(file, "changed")["touchstone"]["verdict"] == "unexpected"


def test_check_and_diff_keep_what_the_watch_has_settled(touchstone, updated):
    file, updater = updated
    touchstone.watch().compared()
    write_with(updater, file, "b")
    touchstone.wait_for(file, "changed")
    touchstone.settle()
    assert touchstone.run("check", check=False).returncode == 0
    difference = json.loads(touchstone.run("baseline", "diff", "--json").stdout)["differences"]
    assert [(each["path"], each["verdict"]) for each in difference] == [(str(file), "expected")]
    touchstone.stop()
    # Changed while nobody watches: whoever did it, nothing accounts for it.
    write_with(updater, file, "c")
    assert touchstone.run("check", check=False).returncode == 4
    touchstone.start()
    touchstone.settle()
    assert [f["touchstone"]["verdict"] for f in touchstone.findings(file)] == ["expected", "unexpected"]


def test_explain(touchstone):
    file = touchstone.tree / "conf"
    file.write_text("a")
    updater = program(touchstone)
    touchstone.configure(more=expect(touchstone.tree / "*", updater))
    touchstone.build()
    clean = json.loads(touchstone.run("explain", file, "--json").stdout)
    assert (clean["watched"], clean["differs_from_baseline"], clean["expectations"]) == (True, False, ["update"])
    file.write_text("b")
    changed = json.loads(touchstone.run("explain", file, "--json").stdout)
    assert (changed["verdict"], changed["action"]) == ("unexpected", "changed")
    text = touchstone.run("explain", file).stdout.decode()
    assert "update, where its writer does it" in text and "unexpected" in text
    assert "excluded by \"*.swp\"" in touchstone.run("explain", touchstone.tree / "a.swp").stdout.decode()
    assert "not watched" in touchstone.run("explain", "/nowhere").stdout.decode()


def test_a_setuid_bit_is_critical(touchstone):
    file = touchstone.tree / "tool"
    file.write_text("x")
    touchstone.configure(watch='severity = "low"')
    touchstone.watch().compared()
    file.chmod(0o4755)
    finding = touchstone.wait_for(file, "changed")
    assert "mode" in changes(finding) and finding["event"]["severity"] == 99


def test_suggest_draws_rules_that_hold(touchstone):
    """What a program kept doing is suggested, and is expected once the suggestion is taken."""
    file = touchstone.tree / "lease"
    file.write_text("0")
    updater = program(touchstone)
    touchstone.configure(watch='severity = "low"')
    touchstone.watch().compared()
    for count in range(1, 4):
        # Nobody logged in, and no terminal: as a service does it.
        subprocess.run(["setsid", updater, f"of={file}", "status=none"], input=str(count).encode(), check=True)
        touchstone.settle()
    logged_in = touchstone.findings(file)[-1]
    suggested = touchstone.run("suggest").stdout.decode()
    if "login_uid" in logged_in["touchstone"] or logged_in["touchstone"].get("process", {}).get("tty"):
        assert suggested == ""
        return
    assert f'path = "{file}"' in suggested and f'executable = "{updater}"' in suggested and 'attributes = ["content"]' in suggested
    digest = hashlib.sha256(updater.read_bytes()).hexdigest()
    touchstone.configure(watch='severity = "low"', more=suggested.replace("executable =", f'sha256 = "{digest}"\nexecutable ='))
    touchstone.reload()
    touchstone.settle()
    subprocess.run(["setsid", updater, f"of={file}", "status=none"], input=b"9", check=True)
    touchstone.settle()
    assert touchstone.findings(file)[-1]["touchstone"]["verdict"] == "expected"
