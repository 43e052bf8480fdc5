"""The workflow minds where it runs: from any folder, inside another workflow, in a bad environment."""

import os
import subprocess
import sys

import pytest
import studies
import yaml

GRID = "results/tiny/datasets/grid.parquet"


@pytest.fixture
def study(tmp_path):
    """A study in a folder whose name has a space."""
    (tmp_path / "my study").mkdir()
    return studies.create(tmp_path / "my study")


def snakemake(folder, *arguments, **environment):
    """Runs snakemake in a folder, with nothing that it has not been told."""
    return subprocess.run(
        [sys.executable, "-m", "snakemake", *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_cores_nothing_starts(study):
    done = snakemake(study)
    assert done.returncode != 0
    assert "use --cores N" in done.stderr
    assert not (study / "results").exists()


def test_from_another_folder(study, tmp_path):
    here = tmp_path / "elsewhere"
    here.mkdir()
    done = snakemake(here, GRID, "-s", study / "Snakefile", "--configfile", study / "tiny.yaml", "--cores", "1")
    assert done.returncode == 0, done.stderr
    assert (here / GRID).exists()
    assert not (study / "results").exists()


def test_with_another_directory(study, tmp_path):
    done = snakemake(study, GRID, "--directory", tmp_path / "there", "--configfile", "tiny.yaml", "--cores", "1")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "there" / GRID).exists()


def test_as_a_module_of_another_workflow(study, tmp_path):
    (tmp_path / "Snakefile").write_text(
        f'module sgntk:\n    snakefile: "{study / "Snakefile"}"\n    config: config\n'
        "use rule * from sgntk as sgntk_*\n"
        f'rule mine:\n    input: "{GRID}"\n    output: "mine.txt"\n    shell: "cp {{input}} {{output}}"\n'
    )
    paper = yaml.safe_load((study / "workflow/config/paper.yaml").read_text())
    (tmp_path / "config.yaml").write_text(yaml.safe_dump({**paper, "run": "tiny"}))
    done = snakemake(tmp_path, "mine.txt", "--configfile", "config.yaml", "--cores", "1")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "mine.txt").read_bytes() == (tmp_path / GRID).read_bytes()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("training={learning_rate: 0.05}", None),
        ("training={learning_rate: -1}", "training.learning_rate: got -1; expected a number > 0"),
        pytest.param("experiments={ntk: null}", None, marks=pytest.mark.slow),
    ],
)
def test_nested_settings_on_the_command_line(study, given, message):
    done = snakemake(study, GRID, "--dry-run", "--cores", "1", "--configfile", "tiny.yaml", "--config", given)
    assert (done.returncode == 0) == (message is None), done.stderr
    if message is not None:
        assert f"Configuration error: {message}" in done.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("run: tiny\nrun: other\n", "tiny.yaml, line 2: run: given before in line 1; expected each key once"),
        pytest.param("run: " + 300 * "x", "run: got 'xxx", marks=pytest.mark.slow),
        pytest.param(
            "network: {sigma_w: 1e-1}",
            "network.sigma_w: got the text '1e-1'; expected a number > 0",
            marks=pytest.mark.slow,
        ),
        ("experiments: {sign: {networks: 1000000000}}", "experiments.sign.networks: got 1000000000; expected "),
    ],
)
def test_a_wrong_file_is_refused_in_one_line(study, text, message):
    (study / "tiny.yaml").write_text(text)
    done = snakemake(study, "--cores", "1", "--configfile", "tiny.yaml")
    assert done.returncode != 0
    [line] = [line for line in done.stderr.splitlines() if "error" in line.lower()]
    assert line.startswith("Configuration error: ")
    assert message in line
    assert not (study / "results").exists()


@pytest.mark.slow
def test_in_the_terminal_of_a_notebook(study):
    studies.run(study, "figure_b1", env={**os.environ, "MPLBACKEND": "module://matplotlib_inline.backend_inline"})
    assert (study / "results/tiny/figures/figure_b1.png").exists()


@pytest.mark.slow
def test_with_nothing_of_ours_installed(study):
    """The jobs find both packages in the repository: an environment needs no more than the dependencies."""
    blocked = study / "blocked"
    blocked.mkdir()
    # Takes away what an editable install has put on the path.
    (blocked / "sitecustomize.py").write_text(
        "import sys\nsys.path = [p for p in sys.path if not p.endswith('/src')]\n"
    )
    studies.run(study, "figure_b1", env={**os.environ, "PYTHONPATH": str(blocked)})


@pytest.mark.slow
def test_a_home_that_cannot_be_written_to_does_not_matter_to_make(study):
    shown = subprocess.run(
        ["make", "--print-data-base", "--question", "help"],
        cwd=studies.ROOT,
        env={**os.environ, "HOME": "/proc/nowhere"},
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    [cache] = [line.partition("= ")[2] for line in shown.splitlines() if line.startswith("XDG_CACHE_HOME")]
    studies.run(study, GRID, env={**os.environ, "HOME": "/proc/nowhere", "XDG_CACHE_HOME": cache})
