"""What a user sees in a terminal of 80 columns."""

import json
import os
import pty
import re
import subprocess
import sys
import termios

import pytest
import studies
import yaml

COLUMNS = 80
COLOUR = re.compile(r"\033\[\d+m")
BATCH = "results/tiny/ensembles/sign/sign/width_4/networks_0-1.parquet"
CLAIMS = "results/tiny/claims/claims.json"


@pytest.fixture
def study(tmp_path):
    """A copy of what a run needs, with a configuration that takes seconds."""
    return studies.create(tmp_path)


def seen(study, *arguments, **environment):
    """What snakemake shows in a terminal, in lines, and its status.

    The lines that Snakemake writes before it reads the Snakefile are left out.
    """
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (40, COLUMNS))
    command = [sys.executable, "-m", "snakemake", *arguments, "--cores", "2", "--configfile", "tiny.yaml"]
    plain = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    process = subprocess.Popen(
        command, cwd=study, env={**plain, "TERM": "xterm", **environment}, stdout=slave, stderr=slave
    )
    os.close(slave)
    text = b""
    while part := read(master):
        text += part
    os.close(master)
    lines = text.decode().replace("\r\n", "\n").splitlines()
    [*_, last] = [number for number, line in enumerate(lines) if "Config file" in line or "workflow specific" in line]
    return lines[last + 1 :], process.wait()


def read(terminal):
    try:
        return os.read(terminal, 65536)
    except OSError:  # nobody writes to it any more
        return b""


def assert_fits(lines):
    assert max(len(COLOUR.sub("", line)) for line in lines) <= COLUMNS, lines


def test_a_list_says_what_each_target_is(study):
    shown = studies.run(study, "--list").stdout.splitlines()
    assert all(re.fullmatch(r"\w+ \(.+\)", line) for line in shown)
    assert "figure_b1 (Figure B.1: the target function with the training sets)" in shown


def test_a_dry_run_is_short_and_fits(study):
    lines, status = seen(study, "--dry-run")
    assert status == 0
    assert len(lines) < 10
    assert_fits(lines)
    assert re.search(r"about \d+ (s|min), 2 at once", " ".join(" ".join(lines).split()))


@pytest.mark.parametrize(
    ("given", "nearest"), [("figure_b11", "figure_b1"), (BATCH.replace("sign/sign", "sgn/sign"), BATCH)]
)
def test_a_misspelt_target_names_the_nearest(study, given, nearest):
    done = studies.run(study, given, check=False)
    assert done.returncode != 0
    assert f"nothing called {given}. Did you mean {nearest}?" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_one_figure_says_where_it_is_and_says_it_again(study):
    first, _ = seen(study, "figure_b1")
    again, _ = seen(study, "figure_b1")
    assert_fits(first)
    assert first[-3:] == again[-3:]
    assert [line.split()[-1] for line in first[-3:]] == [
        f"results/tiny/figures/figure_b1.{kind}" for kind in ("pdf", "png", "svg")
    ]
    assert len(first) < 12


@pytest.mark.slow
def test_a_part_of_a_run_shows_no_verdicts_of_another(study):
    claims = study / CLAIMS
    claims.parent.mkdir(parents=True)
    old = {"name": "old", "verdict": "replicated", "statement": "A claim of old.", "beyond": False, "open": ""}
    claims.write_text(json.dumps({"claims": [old]}))
    done = studies.run(study, "figure_b1")
    assert "of old" not in done.stdout


@pytest.mark.slow
def test_a_run_ends_with_a_line_a_claim_and_where_everything_is(study):
    (study / "tiny.yaml").write_text(yaml.safe_dump(studies.SMALL))
    lines, status = seen(study)
    assert status == 0
    claims = json.loads((study / CLAIMS).read_text())["claims"]
    start = next(number for number, line in enumerate(lines) if re.match(r"\d+ claims? of the paper", line))
    end = lines[start:]
    assert_fits(end)
    assert len(end) <= 20
    assert sum(bool(COLOUR.search(line)) for line in end) == len(claims)
    for name in ("report.html", "figures/"):
        [line] = [line for line in end if line.endswith(f"results/tiny/{name}")]
        assert (study / line.split()[-1]).exists()
    assert end[-1].startswith("Took ")
    again, _ = seen(study)
    assert again[-len(end) :] == end
    plain, _ = seen(study, NO_COLOR="1")
    assert not any(COLOUR.search(line) for line in plain)


@pytest.mark.slow
def test_a_failure_ends_with_one_block(study):
    config = studies.TINY | {"training": {"largest_loss": 0.001}}
    (study / "tiny.yaml").write_text(yaml.safe_dump(config))
    lines, status = seen(study, BATCH)
    assert status != 0
    text = " ".join(" ".join(COLOUR.sub("", line) for line in lines).split())
    assert (
        "Failed train/sign/sign/width_4/networks_0-1 Why TrainingError: train_ensemble: network 0 of 2 failed" in text
    )
    assert text.endswith("what is done stays done.")
    assert "Traceback" not in text
    assert len(lines) < 15
    log = "results/tiny/logs/train/sign/sign/width_4/networks_0-1.log"
    assert "Traceback" in (study / log).read_text()
    assert any(line.split() == ["Log", log] for line in lines)
