"""What a figure is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

    from replication.references import Needs
    from replication.report.tables import Table
    from replication.settings import Study

Tables = Mapping[str, Any]
"""A data frame, or a list of them, for each name in a figure's needs."""

Settings = Mapping[str, Any]
"""What a figure depends on beside its tables, as JSON has it."""


@dataclass(frozen=True)
class Figure:
    """A figure, drawn from tables alone.

    Attributes:
        name: of its module, of its rule, and of its files.
        label: what it is called in a sentence.
        paper: whether it is a figure of the paper.
        record: what the experiment that it shows may have recorded; empty if it shows no experiment.
        needs: the tables that it shows, given the study and the name of the experiment.
        settings: what it depends on beside the tables.
        caption: a Jinja template in reStructuredText, of `study` and `experiment`. What is bold in it, once, is the
            figure's statement, in a sentence that can stand alone.
        draw: draws it.
        numbers: the numbers behind it.
        condition: whether a study has what it shows, beside the experiment.
    """

    name: str
    label: str
    paper: bool
    record: tuple[str, ...]
    needs: Callable[[Study, str | None], Needs]
    caption: str
    draw: Callable[[Tables, Settings], Drawing]
    numbers: Callable[[Tables, Settings], list[Table]]
    settings: Callable[[Study], dict[str, Any]] = lambda study: {}
    condition: Callable[[Study], bool] = lambda study: True

    def available(self, study: Study) -> bool:
        """Whether the study has what this figure shows."""
        return self.condition(study) and (not self.record or self.name in study.figures)
