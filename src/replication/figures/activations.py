"""Figures that have a panel for each activation of an experiment."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from replication.figures.figure import Study


def descriptions(study: Study, name: str) -> dict[str, dict[str, Any]]:
    """The activations of an experiment, by name and in the order of the configuration."""
    experiment = study.experiments[name]
    shown = [activation for activation in study.activations if activation in experiment.activations]
    return {activation: study.networks(activation, None)["activation"] for activation in shown}


def in_order(table: pd.DataFrame, names: Iterable[str]) -> pd.DataFrame:
    """A table whose activations sort in the order of the names."""
    ordered = pd.Categorical(table["activation"], categories=list(names), ordered=True)
    return table.assign(activation=ordered)
