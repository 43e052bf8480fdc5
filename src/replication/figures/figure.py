"""What a figure is."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from replication.references import Sources
from replication.report.tables import Table

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure

    import replication.settings

    Axes = matplotlib.axes.Axes
    Drawing = matplotlib.figure.Figure
    Study = replication.settings.Study
else:  # for type checkers alone: finding the figures imports nothing slow, and settings make no figure anew
    Axes = Drawing = Study = Any

Tables = Mapping[str, Any]
"""A data frame, or a list of them, for each name in a figure's inputs."""

Settings = Mapping[str, Any]
"""What a figure depends on beside its tables, as JSON has it."""


FORMATS = ("pdf", "svg", "png")
"""In which a figure is saved."""


@dataclass(frozen=True)
class Statement:
    """What a figure shows, if its run bears it out.

    Attributes:
        holds: the statement, in a sentence that can stand alone.
        asks: the same as a question.
        claims: names of the claims that it rests on.
    """

    holds: str
    asks: str
    claims: tuple[str, ...]

    def of(self, judged: Mapping[str, Mapping[str, Any]]) -> str:
        """The statement where all its claims are replicated; otherwise the question, with what the run says to it.

        Args:
            judged: claims of claims.json, by their names.
        """
        found = [judged[name] for name in self.claims if name in judged]
        verdicts = {claim["verdict"] for claim in found}
        if len(found) < len(self.claims):
            return f"{self.asks} This run does not test it."
        if "not replicated" in verdicts:
            return f"{self.asks} Not in this run."
        if "undecided" in verdicts:
            reason = next(claim["open"] for claim in found if claim["open"])
            return f"{self.asks} Undecided in this run: {reason}."
        return self.holds


@dataclass(frozen=True)
class Figure:
    """A figure, drawn from tables alone.

    Attributes:
        module: where it is defined; its last part names the figure, its rule, and its files.
        caption: a Jinja template in reStructuredText, of `study`, `experiment` and `statement`. What is bold in
        it, once,
            is what the figure says, in words that can stand alone.
        needs: the tables that it shows, and the settings that it depends on beside them, given the study and the name
            of the experiment, which is empty if it shows none.
        draw: draws it.
        numbers: the numbers behind it.
        record: what the experiment that it shows must have recorded; None if it shows no experiment.
        condition: whether a study has what it shows, beside the experiment.
        called: what it is called in a sentence, if it has no number.
        statement: what the figure says if it follows a verdict of the run.
    """

    module: str
    caption: str
    needs: Callable[[Study, str], Sources]
    draw: Callable[[Tables, Settings], Drawing]
    numbers: Callable[[Tables, Settings], list[Table]]
    record: str | None = None
    condition: Callable[[Study], bool] = lambda study: True
    called: str = ""
    statement: Statement | None = None

    @property
    def name(self) -> str:
        """Such as `figure_b1`."""
        return self.module.rpartition(".")[2]

    @property
    def label(self) -> str:
        """What it is called in a sentence, such as Figure B.1."""
        letter, number = re.findall(r"^figure_([a-z]?)(\d*)", self.name)[0]
        return self.called or f"Figure {letter.upper()}{'.' if letter else ''}{number}"

    def available(self, study: Study) -> bool:
        """Whether the study has what this figure shows."""
        return self.condition(study) and (self.record is None or self.name in study.figures)

    def sources(self, study: Study) -> Sources:
        """What it is made from."""
        return self.needs(study, study.figures.get(self.name, ""))
