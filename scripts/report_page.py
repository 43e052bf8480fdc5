"""The report's page, from what a run left: the templates of workflow/report, filled in."""

import base64
import re
import struct
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import docutils.core
import graph_drawing
import how_made
import jinja2
import pandas as pd
import report_tables
import yaml
from markupsafe import Markup
from report_tables import Table

from sgntk import published

VERDICTS = ["replicated", "not replicated", "undecided"]


def environment(folder: Path) -> jinja2.Environment:
    """Where the templates are; an unknown name in one of them is an error."""
    jinja = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=jinja2.select_autoescape(["html", "html.j2"]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.filters["number"] = report_tables.number
    return jinja


def restructured(jinja: jinja2.Environment, name: str, config: Mapping[str, Any]) -> tuple[Markup, str]:
    """A caption as HTML, and its words in bold; it finds the configuration where Snakemake's own reports have it."""
    text = jinja.get_template(name).render(snakemake=SimpleNamespace(config=config))
    settings = {"halt_level": 2, "raw_enabled": False, "file_insertion_enabled": False, "_disable_config": True}
    body = docutils.core.publish_parts(text, writer="html5", settings_overrides=settings)["body"]
    bold = re.search(r"\*\*(.+?)\*\*", text, re.DOTALL)
    return Markup(body), " ".join(bold[1].split()) if bold else ""


def claim_in_short(claim: dict[str, Any]) -> dict[str, Any]:
    """A claim with the finding that its row shows: the decisive one."""
    findings = [{"low": None, "high": None, "note": ""} | finding for finding in claim["findings"]]
    deciding = [finding for finding in findings if finding["decides"]]
    shown = None if claim["decisive"] is None else findings[claim["decisive"]]
    return {**claim, "findings": findings, "shown": shown, "others": max(len(deciding) - 1, 0)}


def tally(claims: list[dict[str, Any]]) -> str:
    """How many claims have each verdict."""
    counts = {verdict: sum(claim["verdict"] == verdict for claim in claims) for verdict in VERDICTS}
    return ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count) or "no claims"


def illustration(
    jinja: jinja2.Environment,
    name: str,
    entry: Mapping[str, Any],
    config: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
) -> Any:
    """A figure with its caption, and the numbers behind it."""
    png = Path(entry["png"]).read_bytes()
    width, height = struct.unpack(">II", png[16:24])  # where every PNG has its size
    caption, title = restructured(jinja, f"{name}.rst", config)
    behind = {
        table: report_tables.in_order(tables[path], config["activations"]) for table, path in entry["tables"].items()
    }
    number = name.removeprefix("figure_")
    return SimpleNamespace(
        name=name,
        label=f"Figure {number}" if number.isdecimal() else f"Figure {number[0].upper()}.{number[1:]}",
        png=base64.b64encode(png).decode(),
        width=width,
        height=height,
        smallest=round(0.45 * width),
        largest=round(0.6 * width),
        caption=caption,
        title=title,
        numbers=report_tables.BEHIND[entry["plot"]](behind, config["data"]["reference_point"]),
    )


def against_published(figure: Any, table: pd.DataFrame, reasons: Mapping[str, list[str]]) -> Any:
    """What the comparison with the published values came to."""
    figure.label = "the comparison"
    within, known = int(table["within"].sum()), int((~table["within"] & (table["departure"] != "")).sum())
    words = "No value of this run is comparable with a published one, because the settings differ."
    if len(table):
        words = (
            f"Of {len(table)} published values, {within} agree with ours within their tolerance; {known} do not, and "
            f"are of a kind whose departure is known; {len(table) - within - known} do not, and no reason is known."
        )
    headings = {
        "figure": "figure",
        "m": "m",
        "step": "step",
        "width": "width n",
        "values": "values",
        "within": "within tolerance",
        "tolerance": "tolerance",
        "lowest_ratio": "lowest ratio",
        "highest_ratio": "highest ratio",
        "departure": "known departure",
    }
    departures = [heading for heading in table["departure"].unique() if heading]
    return SimpleNamespace(
        figure=figure,
        words=words,
        reasons={kernel: found for kernel, found in reasons.items() if found},
        summary=report_tables.shown(published.summary(table), "Ours over the published values", headings),
        departures={heading: anchor(heading) for heading in departures},
    )


def anchor(heading: str) -> str:
    """The fragment that a Markdown heading gets where it is shown as a page."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def as_table(caption: str, columns: list[str], entries: Mapping[str, str]) -> Table:
    return Table(caption, columns, [[name, value] for name, value in entries.items()])


def seeds(config: Mapping[str, Any]) -> dict[str, str]:
    sets = config["data"]["training_sets"]
    return {"networks": str(config["training"]["seed"])} | {
        f"training set {n}": str(s["seed"]) for n, s in sets.items()
    }


def rules(graph: graph_drawing.Graph, measured: pd.DataFrame) -> Table:
    """What each rule needs, and what its jobs took."""
    order = graph_drawing.in_order(graph)
    taken = measured.set_index("rule").reindex(order)
    taken.loc["all rules"] = [measured["jobs"].sum(), measured["seconds"].sum(), measured["memory"].max()]
    needs = [*(", ".join(sorted(graph[name])) or "nothing" for name in order), ""]
    shown = [taken["jobs"].map(report_tables.number), taken["seconds"].map(duration), taken["memory"].map(whole)]
    headings = ["rule", "jobs", "time of all jobs, h:mm:ss", "peak memory of a job, MiB", "needs"]
    rows = [list(row) for row in zip(taken.index, *shown, needs, strict=True)]
    return Table("Jobs of this run, each on one core", headings, rows)


def duration(seconds: float) -> str:
    """Hours, minutes and seconds; nothing for what was not measured."""
    if pd.isna(seconds):
        return report_tables.NOTHING
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


def whole(value: float) -> str:
    """A number without decimals; nothing for what was not measured."""
    return report_tables.NOTHING if pd.isna(value) else f"{value:,.0f}"


def digests(tables: Mapping[str, pd.DataFrame]) -> Table:
    rows = [[path, f"{len(table):,}", how_made.digest(path)[:16]] for path, table in sorted(tables.items())]
    return Table("Tables: rows, and the first 16 digits of SHA-256", ["file", "rows", "SHA-256"], rows)


def render(
    template: Path,
    *,
    config: Mapping[str, Any],
    claims: Mapping[str, Any],
    figures: Mapping[str, Mapping[str, Any]],
    comparison: pd.DataFrame,
    reasons: Mapping[str, list[str]],
    graph: graph_drawing.Graph,
    measured: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
) -> str:
    """The page, as HTML.

    Args:
        template: of the page; the captions and the style lie beside it.
        config: the run's configuration.
        claims: content of claims.json.
        figures: of each figure, the script that drew it (`plot`), the picture (`png`), and the files of the `tables`
            behind it.
        comparison: table of `published.compare`.
        reasons: of each kernel, the settings that keep it from being compared.
        graph: the rules, and what each needs.
        measured: table of `how_made.measured`.
        tables: all tables behind the figures, by their files, whose digests are shown.
    """
    jinja = environment(template.parent)
    shown = {name: illustration(jinja, name, entry, config, tables) for name, entry in figures.items()}
    about, _ = restructured(jinja, "workflow.rst", config)
    return jinja.get_template(template.name).render(
        run=config["run"],
        tally=tally(claims["claims"]),
        confidence=f"{claims['confidence']:.0%}",
        claims=[claim_in_short(claim) for claim in claims["claims"]],
        about=about,
        published=against_published(shown.pop("figure_published"), comparison, reasons),
        figures=list(shown.values()),
        made=[
            as_table("Code", ["what", "which"], {"commit": how_made.commit()} | how_made.versions()),
            as_table("Machine", ["what", "which"], how_made.machine()),
            as_table("Seeds", ["of", "seed"], seeds(config)),
        ],
        graph=Markup(graph_drawing.svg(graph, "Rules of the workflow, each joined to those that need it")),
        rules=rules(graph, measured),
        digests=digests(tables),
        configuration=yaml.safe_dump(config, sort_keys=False, default_flow_style=None, width=100),
    )
