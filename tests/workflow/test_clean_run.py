"""What `make clean-run` removes, and what it asks about first."""

import subprocess
import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).resolve().parents[2] / "tools/clean_run.py"


@pytest.fixture
def results(tmp_path):
    """The results of a run, in a repository of their own, with benchmark records as snakemake writes them."""
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools/clean_run.py").write_text(TOOL.read_text())
    folder = tmp_path / "results/quick"

    def write(seconds):
        for index, taken in enumerate(seconds):
            record = folder / f"benchmarks/train/batch_{index}.tsv"
            record.parent.mkdir(parents=True, exist_ok=True)
            record.write_text(f"s\th:m:s\tmax_rss\n{taken}\t0:00:00\t300\n")
        (folder / "tables").mkdir(parents=True)
        (folder / "tables/outputs.parquet").write_bytes(b"table")
        return folder

    return write


def clean(folder, run="quick", answer=""):
    tool = folder.parents[1] / "tools/clean_run.py"
    return subprocess.run([sys.executable, tool, run], input=answer, capture_output=True, text=True, check=False)


def test_what_took_less_than_a_minute_goes_at_once(results):
    folder = results([59.9, 12.0])
    done = clean(folder)
    assert done.returncode == 0
    assert "[y/N]" not in done.stdout
    assert not folder.exists()


@pytest.mark.parametrize("answer", ["", "\n", "n\n", "quick\n"])
def test_what_took_more_than_a_minute_stays_without_a_yes(results, answer):
    folder = results([12.0, 90.0, 30.0])
    done = clean(folder, answer=answer)
    assert done.returncode == 1
    assert "1 of 3 jobs took more than a minute, the longest 1.5: train/batch_1. Remove it? [y/N]" in done.stdout
    assert (folder / "tables/outputs.parquet").exists()


def test_a_yes_removes_it(results):
    folder = results([90.0])
    assert clean(folder, answer="y\n").returncode == 0
    assert not folder.exists()
    assert folder.parent.exists()


def test_without_records_it_asks(results):
    folder = results([])
    assert clean(folder).returncode == 1
    assert folder.exists()


@pytest.mark.parametrize("run", ["", ".", "..", "../results/quick", "/tmp", "papre"])
def test_only_a_run_is_removed(results, run):
    folder = results([1.0])
    done = clean(folder, run=run)
    assert done.returncode == 1
    assert done.stderr.startswith("clean-run: ")
    assert folder.exists()
