"""The notebooks of docs/notebooks: they run, and print and draw what they show."""

import json
import re
from pathlib import Path

import jax
import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
import run_notebooks

NOTEBOOKS = sorted(run_notebooks.FOLDER.glob("*.ipynb"))
NUMBER = re.compile(r"\d+(?:\.\d+)?")


def code_cells(notebook):
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def printed(notebook):
    outputs = [output for cell in code_cells(notebook) for output in cell["outputs"]]
    return "".join("".join(output["text"]) for output in outputs if output["output_type"] == "stream")


def pictures(notebook):
    return [sum(output["output_type"] == "display_data" for output in cell["outputs"]) for cell in code_cells(notebook)]


@pytest.fixture
def reader():
    """What a reader has: JAX's usual promotion, pictures in the notebook, and none from before."""
    backend = mpl.get_backend()
    mpl.use("Agg")
    plt.close("all")
    with jax.numpy_dtype_promotion("standard"):
        yield
    jax.config.update("jax_enable_x64", False)  # which a notebook may turn on
    mpl.use(backend)


def test_every_notebook_is_in_the_navigation():
    navigation = (run_notebooks.FOLDER.parents[1] / "mkdocs.yml").read_text()
    assert {*re.findall(r"- notebooks/(\w+)\.md", navigation)} == {path.stem for path in NOTEBOOKS}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_they_are_committed_as_they_ran_from_top_to_bottom_and_small(path):
    notebook = json.loads(path.read_text())
    title, *_ = notebook["cells"]
    assert title["cell_type"] == "markdown"
    assert title["source"][0].startswith("# ")
    assert [cell["execution_count"] for cell in code_cells(notebook)] == [*range(1, len(code_cells(notebook)) + 1)]
    assert sum(pictures(notebook)) >= 2
    assert path.stat().st_size < 200_000


@pytest.mark.slow
@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_they_print_and_draw_what_they_show(path):
    """Numbers to 5 %: what networks learn differs between machines, by rounding."""
    shown, now = json.loads(path.read_text()), run_notebooks.run(Path(path))
    assert NUMBER.sub("", printed(now)) == NUMBER.sub("", printed(shown))
    numbers = [np.array(NUMBER.findall(printed(notebook)), float) for notebook in (now, shown)]
    np.testing.assert_allclose(*numbers, rtol=0.05)
    assert pictures(now) == pictures(shown)
