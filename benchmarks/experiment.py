"""The experiment of Figure 3, read from the configuration of the paper."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

import sgntk
from replication import build, datasets

CONFIGURATIONS = Path(__file__).resolve().parent.parent / "workflow/config"


@dataclass(frozen=True)
class Experiment:
    """What is trained, on what, and where the outputs are recorded."""

    name: str
    activation: str
    architecture: sgntk.Architecture
    x: np.ndarray
    y: np.ndarray
    alpha: np.ndarray
    grid: np.ndarray
    seed: int
    learning_rate: float
    networks: int
    steps: list[int]
    widths: list[int]


def load(small=False):
    """Figure 3 as in `paper.yaml`; with `small`, as in `quick.yaml` until the first recorded step."""
    paper = _read("paper")
    name = paper["figures"]["figure_3"]
    chosen = paper["experiments"][name]
    if small:
        quick = _read("quick")["experiments"][name]
        chosen = chosen | quick | {"steps": quick["steps"][:1]}
    (activation,) = chosen["activations"]
    data, training_set = paper["data"], paper["data"]["training_sets"][chosen["training_set"]]
    if training_set["source"] != "grid":
        raise ValueError(f"expected a training set from the grid for {name}; got {training_set}")
    alpha = datasets.grid_angles(data["grid_points"])
    grid = datasets.circle(alpha)
    x = grid[datasets.grid_subset(training_set["seed"], training_set["points"], data["grid_points"])]
    description = {
        "activation": paper["activations"][activation],
        "surrogate": paper["surrogates"][chosen["surrogate"]],
        "output_scale": chosen["output_scale"],
        **paper["network"],
    }
    return Experiment(
        name=name,
        activation=activation,
        architecture=build.architecture(description),
        x=x,
        y=datasets.polynomial(x, data["target"]),
        alpha=alpha,
        grid=grid,
        seed=paper["training"]["seed"],
        learning_rate=paper["training"]["learning_rate"],
        networks=chosen["networks"],
        steps=chosen["steps"],
        widths=[entry["width"] for entry in chosen["widths"]],
    )


def _read(name):
    return yaml.safe_load((CONFIGURATIONS / f"{name}.yaml").read_text())
