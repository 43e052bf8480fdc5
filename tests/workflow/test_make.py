"""Which Python make builds the environments with, and when it builds them again."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Answers what tools/find_python.sh asks: where it is, then its version and what it lacks.
PYTHON = """#!/bin/sh
case "$1" in -c) echo "$0" ;; *) cat >/dev/null; echo "{answer}" ;; esac
"""
SHIM = "#!/bin/sh\necho 'pyenv: command not found' >&2\nexit 127\n"


@pytest.fixture
def machine(tmp_path):
    """A folder that is all of PATH: bash, and what a test adds."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("bash", "cat"):
        (folder / name).symlink_to(shutil.which(name))
    return folder


def add(machine, name, answer):
    path = machine / name
    path.write_text(SHIM if answer is None else PYTHON.format(answer=answer))
    path.chmod(0o755)
    return path


def find(machine, *arguments):
    command = [machine / "bash", ROOT / "tools/find_python.sh", *arguments]
    return subprocess.run(command, env={"PATH": str(machine)}, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("there", "chosen"),
    [
        ({"python3.11": "3.11.7", "python3.13": "3.13.5", "python3": "3.13.5"}, "python3.13"),
        ({"python3.11": "3.11.7", "python3.13": None}, "python3.11"),
        ({"python3.11": "3.11.7", "python3.14": "3.14.0"}, "python3.11"),  # it has every wheel
        ({"python3.13": "3.13.5 without pip", "python3.14": "3.14.0"}, "python3.14"),
        ({"python3.12": "3.12.3", "python3.13": "3.13.5 without pip"}, "python3.12"),
        ({"python3.10": "3.10.13", "python3": "3.12.3"}, "python3"),
        ({"python3": "3.10.13", "python": "3.14.0rc1"}, "python"),
    ],
)
def test_the_best_that_works_is_taken(machine, there, chosen):
    for name, answer in there.items():
        add(machine, name, answer)
    assert find(machine).stdout == f"{machine / chosen}\n"


def test_behind_a_shim_that_does_not_work_is_one_that_does(machine, tmp_path):
    behind = tmp_path / "behind"
    behind.mkdir()
    add(machine, "python3.13", None)
    works = add(behind, "python3.13", "3.13.5")
    done = subprocess.run(
        [machine / "bash", ROOT / "tools/find_python.sh"],
        env={"PATH": f"{machine}:{behind}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"{works}\n"


def test_one_that_is_named_is_taken_before_a_newer_one(machine):
    add(machine, "python3.13", "3.13.5")
    named = add(machine, "mine", "3.11.0")
    assert find(machine, "mine").stdout == find(machine, named).stdout == f"{named}\n"


@pytest.mark.parametrize(
    ("there", "named", "found"),
    [
        ({"python3": "3.10.13"}, "", "PATH has {machine}/python3 (3.10.13)."),
        ({"python3": "3.15.0"}, "", "PATH has {machine}/python3 (3.15.0)."),
        ({"python3": "3.12.3 without pip"}, "", "PATH has {machine}/python3 (3.12.3 without pip)."),
        ({"python3.12": None}, "", "PATH has none that works."),
        ({"python3": "3.12.3", "python2": "2.7.18"}, "python2", "PYTHON=python2 is {machine}/python2 (2.7.18)."),
        ({"python3": "3.12.3"}, "/nowhere", "PYTHON=/nowhere is none that works."),
    ],
)
def test_one_line_says_what_is_there_and_what_is_needed(machine, there, named, found):
    for name, answer in there.items():
        add(machine, name, answer)
    done = find(machine, named)
    assert (done.returncode, done.stdout) == (1, "")
    [line] = done.stderr.splitlines()
    assert line.startswith(f"Needed is Python 3.11 to 3.14 with pip, but {found.format(machine=machine)} Install one")


@pytest.fixture
def built(tmp_path, machine):
    """A checkout with an environment of a Python 3.12, where a newer one came later."""
    checkout = tmp_path / "checkout"
    (checkout / "tools").mkdir(parents=True)
    for name in ("Makefile", "tools/find_python.sh", "requirements.txt"):
        shutil.copy(ROOT / name, checkout / name)
    base = add(machine, "python3.12", "3.12.3")
    add(machine, "python3.13", "3.13.5")
    (checkout / ".venv/bin").mkdir(parents=True)
    (checkout / ".venv/bin/python").symlink_to(base)
    (checkout / ".venv/locked").touch()
    return checkout


def builds_again(checkout, machine, *arguments):
    """Whether make would build the environment again."""
    command = [shutil.which("make"), "--question", ".venv/locked", *arguments]
    done = subprocess.run(command, cwd=checkout, env={"PATH": str(machine)}, capture_output=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.returncode == 1


def test_an_environment_stays_though_a_newer_python_is_there(built, machine):
    assert not builds_again(built, machine)
    assert not builds_again(built, machine, "PYTHON=python3.12")


def test_another_python_that_is_named_builds_it_again(built, machine):
    assert builds_again(built, machine, "PYTHON=python3.13")


def test_it_is_built_again_when_its_python_is_gone(built, machine):
    (machine / "python3.12").unlink()
    assert builds_again(built, machine)


def test_a_new_lock_builds_it_again(built, machine):
    os.utime(built / ".venv/locked", (0, 0))
    assert builds_again(built, machine)


def test_every_target_has_what_it_needs(tmp_path):
    """As far as make knows before it runs anything, where nothing is built."""
    for path in ROOT.iterdir():
        if path.name != "build" and not path.name.startswith("."):
            (tmp_path / path.name).symlink_to(path)
    found = [
        line.split(":")[0] for line in (ROOT / "Makefile").read_text().splitlines() if ": " in line and "## " in line
    ]
    assert {"setup", "test-oldest", "lock"} <= {*found}
    done = subprocess.run(["make", "--dry-run", *found], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_slow_tests_that_are_listed_are_there():
    lines = (ROOT / "tests/slow.txt").read_text().splitlines()
    named = {line.partition("[")[0] for line in lines if not line.startswith("#")}
    for file, _, test in (name.partition("::") for name in named):
        assert f"def {test}(" in (ROOT / file).read_text(), f"{file} has no {test}"
