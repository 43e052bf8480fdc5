"""The report's page, from what a run left."""

import base64
import re
import struct
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypedDict

import docutils.core
import jinja2
import pandas as pd
import yaml
from markupsafe import Markup

from replication import published
from replication.figures import FIGURES, Figure, captions
from replication.report import drawing, how_made, links
from replication.report.formulas import typeset, unbroken
from replication.report.tables import number, shown
from replication.settings import Study
from replication.wording import TOO_SMALL, VERDICTS, sureness, tally

LEADING = "figure_3"
"""The figure at the top of the page; in a run without it, the first."""

LARGEST_DRAWING = 2_000_000
"""Of an SVG in the page, in bytes: with larger ones a page is slow, and shows the PNG."""


class Files(TypedDict):
    """The files of a figure: its picture, as a drawing too, and the tables that it needs, by name."""

    png: str
    svg: str | None
    tables: Mapping[str, str | list[str]]


def render(
    study: Study,
    *,
    config: Mapping[str, Any],
    claims: Mapping[str, Any],
    figures: Mapping[str, Files],
    tables: Mapping[str, pd.DataFrame],
    reasons: Mapping[str, list[str]],
    graph: how_made.Graph,
    measured: pd.DataFrame,
) -> str:
    """The page, as HTML.

    Args:
        study: what was run.
        config: its configuration, as it is shown.
        claims: content of claims.json.
        figures: the files of each figure that the run has.
        tables: the tables by their files; the digests of all are shown.
        reasons: of each kernel, the settings that keep it from being compared with the published values.
        graph: the rules, and those that each needs.
        measured: table of `how_made.measured`.
    """
    judged = {claim["name"]: claim for claim in claims["claims"]}
    shown = [
        _illustration(figure, study, figures[name], tables, judged)
        for name, figure in FIGURES.items()
        if name in figures
    ]
    by_name = {figure.name: figure for figure in shown}
    compared = by_name.pop("figure_published", None)
    leading = by_name.pop(LEADING if LEADING in by_name else next(iter(by_name), ""), None)
    jinja = _environment()
    jinja.filters["sources"] = partial(links.sources, figures={figure.label: figure.name for figure in shown})
    about, symbols = (_restructured(jinja.get_template(f"{name}.rst"), study=study)[0] for name in ("about", "symbols"))
    return jinja.get_template("report.html.j2").render(
        run=study.run,
        tally=tally(claims["claims"]),
        confidence=f"{claims['confidence']:.0%}",
        claims=claims["claims"],
        paper=_counted(claims["claims"], beyond=False),
        beyond=_counted(claims["claims"], beyond=True),
        small=[claim for claim in claims["claims"] if claim["open"] == TOO_SMALL],
        too_small=TOO_SMALL,
        about=about,
        symbols=symbols,
        leading=leading,
        figures=[figure for name, figure in by_name.items() if not _beyond(name)],
        figures_beyond=[figure for name, figure in by_name.items() if _beyond(name)],
        published=_against_published(compared, reasons),
        made=how_made.summary(study),
        rules=how_made.rules(graph, measured),
        digests=how_made.digests(tables),
        configuration=yaml.safe_dump(dict(config), sort_keys=False, default_flow_style=None, width=100),
    )


def _counted(claims: list[Mapping[str, Any]], *, beyond: bool) -> SimpleNamespace:
    """The claims of the paper, or those beyond it, and how many have each verdict."""
    chosen = [claim for claim in claims if claim["beyond"] is beyond]
    verdicts = [claim["verdict"] for claim in chosen]
    return SimpleNamespace(claims=chosen, counts={verdict: verdicts.count(verdict) for verdict in VERDICTS})


def _beyond(name: str) -> bool:
    """Whether a figure is none of the paper's, which have a number alone, or one after A or B."""
    return not re.match(r"figure_[ab]?\d", name)


def _environment() -> jinja2.Environment:
    """The templates beside this module, and the words of captions; an unknown name in any is an error."""
    jinja = jinja2.Environment(
        loader=jinja2.ChoiceLoader([jinja2.FileSystemLoader(Path(__file__).parent), jinja2.DictLoader(captions.WORDS)]),
        autoescape=jinja2.select_autoescape(["html", "html.j2"], default_for_string=False),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.filters |= {"number": number, "rounded": rounded, "power": power, "sureness": sureness, "typeset": typeset}
    return jinja


def rounded(value: float | None) -> str:
    """Three significant digits; nothing for what is missing."""
    return number(value if value is None else float(f"{value:.3g}"))


def power(exponent: int) -> str:
    """An exponent in LaTeX; nothing for 1."""
    return "" if exponent == 1 else f"^{{{exponent}}}"


def _restructured(template: jinja2.Template, **context: object) -> tuple[Markup, str]:
    """A text as HTML, its formulas as MathML, and what is bold in it."""
    text = template.render(**context)
    settings = {
        "halt_level": 2,
        "raw_enabled": False,
        "file_insertion_enabled": False,
        "math_output": "MathML",
        "_disable_config": True,
    }
    body = docutils.core.publish_parts(text, writer="html5", settings_overrides=settings)["body"]
    bold = re.search(r"\*\*(.+?)\*\*", text, re.DOTALL)
    return unbroken(body), " ".join(bold[1].split()) if bold else ""


def caption(figure: Figure, study: Study, judged: Mapping[str, Mapping[str, Any]]) -> tuple[Markup, str]:
    """A figure's caption as HTML, and its statement, which follows the verdicts.

    Args:
        figure: the figure.
        study: what was run.
        judged: claims of claims.json, by their names.

    Raises:
        jinja2.UndefinedError: if the caption names what the study does not have.
    """
    experiment = study.experiments.get(study.figures.get(figure.name, ""))
    statement = "" if figure.statement is None else figure.statement.of(judged)
    template = _environment().from_string(figure.caption)
    return _restructured(template, study=study, experiment=experiment, statement=statement)


def _illustration(
    figure: Figure,
    study: Study,
    files: Files,
    tables: Mapping[str, pd.DataFrame],
    judged: Mapping[str, Mapping[str, Any]],
) -> SimpleNamespace:
    """A figure with its caption, and the numbers behind it."""
    png = Path(files["png"]).read_bytes()
    width, height = struct.unpack(">II", png[16:24])  # where every PNG has its size
    text, title = caption(figure, study, judged)
    needed = {
        name: tables[paths] if isinstance(paths, str) else [tables[path] for path in paths]
        for name, paths in files["tables"].items()
    }
    return SimpleNamespace(
        name=figure.name,
        label=figure.label,
        drawing=_drawing(files["svg"], figure.name, title),
        png=base64.b64encode(png).decode(),
        width=width,
        height=height,
        caption=text,
        title=title,
        claims=links.about(figure.label, list(judged.values())),
        tables=needed,
        numbers=figure.numbers(needed, figure.sources(study).settings),
    )


def _drawing(path: str | None, name: str, title: str) -> Markup | None:
    """A figure as a part of the page, if it is there and not too large."""
    if path is None or Path(path).stat().st_size > LARGEST_DRAWING:
        return None
    return drawing.inline(Path(path).read_text(), name, title)


def _against_published(figure: SimpleNamespace | None, reasons: Mapping[str, list[str]]) -> SimpleNamespace | None:
    """What the comparison with the published values came to."""
    if figure is None:
        return None
    table = figure.tables["published"]
    within, known = int(table["within"].sum()), int((~table["within"] & (table["departure"] != "")).sum())
    words = "No value of this run is comparable with a published one, because the settings differ."
    if len(table):
        words = (
            f"Of {len(table)} published values, {within} agree with ours within their tolerance; {known} do not, and "
            f"are of a kind whose departure is known; {len(table) - within - known} do not, and no reason is known."
        )
    columns = ["figure", "m", "step", "width", "values", "within", "tolerance"]
    columns += ["lowest_ratio", "highest_ratio", "departure"]
    departures = [heading for heading in table["departure"].unique() if heading]
    return SimpleNamespace(
        figure=figure,
        words=words,
        reasons={kernel: found for kernel, found in reasons.items() if found},
        summary=shown(published.summary(table), "Ours over the published values", *columns),
        departures={heading: anchor(heading) for heading in departures},
    )


def anchor(heading: str) -> str:
    """The fragment that a Markdown heading gets where it is shown as a page."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
