"""The worked example of docs/own-study.md, as it stands there."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_workflow import study  # noqa: F401

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/own-study.md").read_text()


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.slow
def test_the_worked_example(study):  # noqa: F811
    [configuration] = blocks("yaml")
    (study / "my_study.yaml").write_text(configuration)
    [commands] = blocks("sh")
    for command in commands.splitlines():
        program, *arguments = shlex.split(command)
        assert program == "snakemake"
        done = subprocess.run(
            [sys.executable, "-m", "snakemake", *arguments], cwd=study, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    results = study / "results/my_study"

    # What the page says came out, and nothing of the paper's experiments.
    assert (results / "figures/figure_3.png").exists()
    assert {path.name for path in (results / "ensembles").iterdir()} == {"steep"}
    grid = pd.read_parquet(results / "datasets/grid.parquet")
    np.testing.assert_allclose(grid["target"], np.sin(3 * grid["alpha"]), atol=1e-6)  # float32 in both
    outputs = pd.read_parquet(results / "tables/ensembles/steep/outputs.parquet")
    assert set(outputs["width"]) == {16, 64}
    assert outputs["network"].nunique() == 10

    [reading] = blocks("python")
    shown = subprocess.run([sys.executable, "-c", reading], cwd=study, capture_output=True, text=True, check=True)
    assert "squared_distance" in shown.stdout
