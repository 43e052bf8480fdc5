"""The DAG, run through Snakemake as a user does, in a copy of the repository."""

import re

import pytest
import studies
import yaml
from studies import TINY, run
from test_stale import FIGURES, MODULES, runs, with_followers


@pytest.fixture
def study(tmp_path):
    """A copy of what a run needs, with a configuration that takes seconds."""
    return studies.create(tmp_path)


def planned(study, *arguments, config="tiny.yaml"):
    """Rules that a dry run would run: `3 jobs: grid, 2 train; about 10 s, 1 at once`."""
    done = run(study, "--dry-run", *arguments, config=config)
    [line] = re.findall(r"^\d+ jobs?: (.*);|^Nothing to be done", done.stdout, re.MULTILINE)
    return {rule.split()[-1] for rule in line.split(", ") if rule}


@pytest.mark.parametrize("config", ["paper", "quick"])
def test_the_shipped_configurations_plan_every_figure(study, config):
    assert set(FIGURES) < planned(study, config=f"workflow/config/{config}.yaml")


def test_one_figure_needs_its_own_experiment_alone(study):
    assert planned(study, "figure_b1") == {"grid", "training_set", "figure_b1"}
    assert {"train", "predict", "tabulate_outputs", "figure_3"} <= planned(study, "figure_3")
    assert not {"analytic_kernel", "tabulate_kernels"} & planned(study, "figure_3")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"widht": 3}, "widht: got 3; unknown key, expected one of run, data"),
        ({"training": {"learning_rate": -1}}, "training.learning_rate: got -1; expected a number > 0"),
    ],
)
def test_a_wrong_configuration_stops_before_any_job_in_one_line(study, change, message):
    (study / "tiny.yaml").write_text(yaml.safe_dump({**TINY, **change}))
    done = run(study, check=False)
    errors = [line for line in done.stderr.splitlines() if "error" in line.lower()]
    assert done.returncode != 0
    assert len(errors) == 1
    assert errors[0].startswith(f"Configuration error: {message}")
    assert not (study / "results").exists()


@pytest.mark.slow
def test_a_run_from_start_to_figures(study):
    run(study)
    for figure in FIGURES:
        assert (study / f"results/tiny/figures/{figure}.pdf").read_bytes().startswith(b"%PDF")
        assert (study / f"results/tiny/figures/{figure}.png").read_bytes().startswith(b"\x89PNG")
        assert "<svg" in (study / f"results/tiny/figures/{figure}.svg").read_text()[:1000]
    report = (study / "results/tiny/report.html").read_text()
    assert "Run “tiny”" in report
    assert "No value of this run is comparable with a published one" in report
    assert planned(study) == set()

    # An edited module makes what tests/workflow/test_stale.py says; one module for each set of rules that run it.
    for rules, name in {frozenset(runs(name)): name for name in MODULES}.items():
        path = study / name
        text = path.read_text()
        path.write_text(text + "\n# edited\n")
        assert planned(study) == set(), name
        path.write_text(text + "\nEDITED = True\n")
        assert planned(study) == (with_followers({*rules}) if rules else set()), name
        path.write_text(text)

    # The palette: figures are drawn again, and nothing is trained.
    style = study / "src/replication/figures/style.py"
    style.write_text(style.read_text().replace("#D55E00", "#000000"))
    run(study)
    assert planned(study) == set()

    # Other networks are trained again; what does not depend on them stays.
    (study / "tiny.yaml").write_text(yaml.safe_dump({**TINY, "training": {"seed": 11}}))
    assert "train" in planned(study)
    assert not {"grid", "training_set", "analytic_kernel", "predict"} & planned(study)
