"""The commands at the top of the README, on a machine that has nothing else: a Debian of its own, in a folder."""

import re
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.fresh_machine

ROOT = Path(__file__).resolve().parents[2]
# What says by which process, when, where and in what time a run was made.
OF_ITS_OWN = (".lock", "logs/", "benchmarks/", "report.html")
SKIPPED = 77


def contents(run):
    """The files of a run, but for those that differ from run to run."""
    files = {str(path.relative_to(run)): path.read_bytes() for path in run.rglob("*") if path.is_file()}
    return {name: content for name, content in files.items() if not name.startswith(OF_ITS_OWN)}


def test_the_commands_of_the_readme_give_the_same_results_to_the_byte(tmp_path):
    script = subprocess.Popen([ROOT / "tests/fresh_machine.sh", tmp_path / "quick"], stdout=subprocess.PIPE, text=True)
    with script:
        lines = [print(line, end="", flush=True) or line for line in script.stdout]
    if script.returncode == SKIPPED:
        pytest.skip(lines[-1].strip())
    assert script.returncode == 0
    here, there = contents(ROOT / "results/quick"), contents(tmp_path / "quick")
    assert any(re.match(r"tables/.*\.parquet", name) for name in here)
    assert here.keys() == there.keys()
    assert [name for name in here if here[name] != there[name]] == []
