"""The examples of docs/extending.md and docs/another-paper.md, in a copy of the project: they work as the pages say."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import studies

from replication.store import tables

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/extending.md").read_text()
DIFFS = {
    heading: re.search(rf"^## {heading}\n.*?^```diff\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)[1]
    for heading in re.findall(r"^## (.*)$", PAGE, re.MULTILINE)
}
EXPERIMENT = "".join(
    re.findall(r"^```diff\n(.*?)^```$", (ROOT / "docs/another-paper.md").read_text(), re.MULTILINE | re.DOTALL)
)
SAID = {name: int(files) for name, files in re.findall(r"^\| (an? [\w ]+) \| (\d) \|", PAGE, re.MULTILINE)}


def apply(diff, folder):
    """Makes the changes of a diff without line numbers, and gives the files that it changes."""
    files = re.split(r"^--- .*\n\+\+\+ b/", diff, flags=re.MULTILINE)[1:]
    for name, *hunks in (re.split(r"\n@@ @@\n", file) for file in files):
        path = folder / name
        text = path.read_text() if path.exists() else ""
        for hunk in hunks:
            lines = hunk.removesuffix("\n").split("\n")
            before = "".join(f"{line[1:]}\n" for line in lines if line[:1] != "+")
            after = "".join(f"{line[1:]}\n" for line in lines if line[:1] != "-")
            assert not before or text.count(before) == 1, (
                f"{name}: the page's context is not there, or not once:\n{before}"
            )
            text = text.replace(before, after) if before else after
        path.write_text(text)
    return len(files)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project with everything added."""
    folder = studies.create(tmp_path_factory.mktemp("project"), studies.SMALL)
    counts = {heading: apply(diff, folder) for heading, diff in DIFFS.items()}
    apply(EXPERIMENT, folder)
    return folder, counts


def python(folder, code):
    """What Python prints in the copy."""
    path = f"import sys; sys.path.insert(0, {str(folder / 'src')!r})\n"
    done = subprocess.run([sys.executable, "-c", path + code], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_as_many_files_as_the_page_says(project):
    _, counts = project
    assert {heading.lower(): count for heading, count in counts.items()} == SAID
    assert max(SAID.values()) == 2


def test_a_surrogate_and_an_activation_can_be_configured_and_computed(project):
    printed = python(
        project[0],
        """
import numpy as np, yaml
import sgntk
from replication import build, settings
config = yaml.safe_load(open("workflow/config/paper.yaml"))
config["surrogates"]["quartic_2"] = {"name": "quartic", "slope": 2.0, "height": 2.0, "normalize": "area"}
config["activations"]["leaky"] = {"name": "leaky_relu", "leak": 0.1}
config["experiments"]["sg_ntk"] |= {"activations": ["leaky"], "surrogate": "quartic_2"}
study = settings.read(config)
arch = build.architecture(study.architecture("sg_ntk", "leaky"))
x = np.array([[1.0, 0.5], [-0.3, 2.0]])
print(arch.activation, arch.surrogate)
print(np.isfinite(sgntk.sg_ntk(arch, x)).all(), sgntk.ntk(arch, x).shape)
z = np.linspace(-200, 200, 400_001)
print(f"{np.trapezoid(np.asarray(arch.surrogate(z)), z):.3f}")
""",
    )
    first, second, area = printed.splitlines()
    assert first == "LeakyReLU(leak=0.1) Quartic(height=2.0, normalize='area', slope=2.0)"
    assert second == "True (2, 2)"
    assert area == "2.000"  # the area that was asked for


def test_a_data_set_can_be_configured_and_is_as_large_as_it_says(project):
    printed = python(
        project[0],
        """
import yaml
from replication import settings
from replication.real_data_sets import DATA_SETS
config = yaml.safe_load(open("workflow/config/paper.yaml"))
config["real_data"] |= {"data_set": "even_or_odd", "images": [50, 100], "held_out": 97, "test_images": 1600}
config["real_data"]["networks"]["batch_size"] = 10
config["real_data"]["convolution"]["images"] = 50
settings.read(config)
images, classes = DATA_SETS["even_or_odd"].load()
print(len(images) == len(classes) == DATA_SETS["even_or_odd"].images, set(classes.tolist()))
config["real_data"]["images"] = [50, 101]
try:
    settings.read(config)
except settings.ConfigurationError as error:
    print(error)
""",
    )
    assert printed.splitlines() == [
        "True {0, 1}",
        "real_data.images[1]: got 101 images to learn from, 97 held out and 1600 to test on; expected at most the 1797 "
        "of even_or_odd",
    ]


def test_a_claim_is_found_and_judged(project):
    printed = python(
        project[0],
        """
from replication.claims import CLAIMS
print(CLAIMS[-1].name, CLAIMS[-1].needs)
""",
    )
    assert printed == "networks_agree_where_they_learned ('outputs',)\n"


def test_an_experiment_is_a_section_and_a_rule(project):
    printed = python(
        project[0],
        """
import yaml
from replication import settings
from replication.layout import Layout
layout = Layout(settings.read(yaml.safe_load(open("workflow/config/paper.yaml"))))
print(layout.outputs("eigenvalues"), layout.made_from("eigenvalues")["settings"]["hidden_layers"])
""",
    )
    assert printed == "{'table': 'results/paper/kernels/eigenvalues.parquet'} [1, 2, 3]\n"


@pytest.mark.slow
def test_the_table_of_an_experiment_is_made(project):
    folder, _ = project
    path = "results/tiny/kernels/eigenvalues.parquet"
    studies.run(folder, path)
    table = tables.read(folder / path)
    assert list(table["hidden_layers"]) == [1, 2, 3]
    assert (table["eigenvalue"] > 0).all()


@pytest.mark.slow
def test_a_figure_is_drawn_and_everything_is_in_the_report(project):
    folder, _ = project
    studies.run(folder, "figure_s9")
    assert (folder / "results/tiny/figures/figure_s9.png").exists()
    studies.run(folder)
    report = (folder / "results/tiny/report.html").read_text()
    assert "Figure S.9" in report
    assert "Trained networks agree at the training points and disagree elsewhere." in report
