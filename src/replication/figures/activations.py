"""Figures that have a panel for each activation of an experiment."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from replication.settings import Study


def descriptions(study: Study, figure: str) -> dict[str, dict[str, Any]]:
    """The activations of the experiment that a figure shows, by name and in the order of the configuration."""
    experiment = study.experiments[study.figures[figure]]
    shown = [name for name in study.activations if name in experiment.activations]
    return {name: study.architecture(experiment.name, name)["activation"] for name in shown}


def in_order(table: pd.DataFrame, names: Iterable[str]) -> pd.DataFrame:
    """A table whose activations sort in the order of the names."""
    ordered = pd.Categorical(table["activation"], categories=list(names), ordered=True)
    return table.assign(activation=ordered)
