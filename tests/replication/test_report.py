"""The report's page: what it says, and that it is whole. What a browser makes of it is in test_report_browser."""

import copy
import dataclasses
import itertools
import re
from html.parser import HTMLParser

import figure_tables
import jinja2
import pandas as pd
import pytest
import report_example
from configurations import CONFIG, ROOT, STUDY

from replication import settings
from replication.figures import FIGURES
from replication.report import how_made, links
from replication.report import page as report_page
from replication.report.formulas import typeset
from replication.report.page import anchor, caption
from replication.report.tables import number

DEVIATIONS = (ROOT / "docs/deviations.md").read_text()


class Page(HTMLParser):
    """Elements of a page with their attributes, and its text."""

    def __init__(self, html):
        super().__init__()
        self.elements, self.words = [], []
        self.feed(html)
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)

    def of(self, *tags):
        return [attributes for tag, attributes in self.elements if tag in tags]


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    return report_example.render(tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


def test_the_same_run_gives_the_same_page(html, tmp_path_factory):
    again = report_example.render(tmp_path_factory.mktemp("again"))
    assert hash(again) == hash(html)  # pytest would take minutes to show where megabytes differ


def test_the_page_needs_nothing_but_itself(page):
    assert page.of("iframe", "object", "base") == []
    assert page.of("script") == [{}]
    sources = [a["src"] for a in page.of("img", "source")] + [a["href"] for a in page.of("link")]
    assert all(source.startswith("data:") for source in sources)
    targets = {a["href"] for a in page.of("a")}
    assert {t for t in targets if not t.startswith("#")} == {
        f"../../docs/deviations.md#{anchor(heading)}"
        for heading in figure_tables.comparison()["departure"].unique()
        if heading
    }
    check_links(page)


def check_links(page):
    """Every link within the page leads somewhere."""
    targets = {a["href"] for a in page.of("a")}
    assert {t[1:] for t in targets if t.startswith("#")} <= {a["id"] for _, a in page.elements if "id" in a}


def test_style_and_script_load_nothing(html):
    style = html[html.index("<style>") : html.index("</style>")]
    assert not re.search(r"url\(|@import|@font-face", style)
    script = html[html.index("<script>") : html.index("</script>")]
    assert not re.search(r"fetch|XMLHttpRequest|import|http", script)


def test_the_page_is_built_for_everybody(page):
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert all(second - first <= 1 for first, second in itertools.pairwise(levels))
    identifiers = [a["id"] for _, a in page.elements if "id" in a]
    assert len(identifiers) == len(set(identifiers))
    assert len(page.of("img")) == 14
    assert all(len(a["alt"]) > 20 for a in page.of("img"))
    assert len(page.of("caption")) == len(page.of("table"))
    assert all("scope" in a for a in page.of("th"))
    assert page.of("html") == [{"lang": "en"}]


def test_the_verdicts_come_first(page):
    first = page.text[: page.text.index("About this run")]
    assert "1 of 3 claims of the paper replicated" in first
    assert (
        "Of 3 claims of the paper that this run tests: ✓ 1 replicated , ✗ 1 not replicated , ? 1 undecided ." in first
    )
    assert "Beyond the paper, 1 claim of our own: ✓ 1 replicated ." in first
    assert first.index("Claims of the paper") < first.index("spread") < first.index("Claims beyond the paper")
    assert "✓ replicated convergence: replicated, rate 1/n: undecided" in first
    assert "−1 (residual 1.2%) exponent" in first
    assert "−1.02 [−1.2, −0.9] slope of the error (and 1 more) from −1.5 to −0.5" in first
    # The finding for which a claim fails, not the first one.
    assert "0.25 [0.21, 0.29] off the training points (and 1 more) from −1.5 to −0.5" in first


def test_figure_3_is_beside_the_verdicts_and_nowhere_else(page, html):
    assert page.text.index("Numbers behind Figure 3") < page.text.index("Claims of the paper")
    assert html.count('id="figure_3"') == 1


def test_the_parts_are_in_the_order_in_which_they_are_read(page):
    parts = ["verdicts", "about", "symbols", "figures", "published", "beyond", "claims", "made"]
    assert [a["id"] for tag, a in page.elements if tag in ("h2", "h3") and a["id"] in parts] == parts


def test_figures_beyond_the_paper_have_a_part_of_their_own(page):
    names = [a["id"] for tag, a in page.elements if tag in ("h2", "h3") and a["id"].startswith(("figure_", "beyond"))]
    paper = [f"figure_{name}" for name in ("3", "1", "2", "b1", "b2", "b3", "b4")]
    assert names == [*paper, "beyond", *(f"figure_s{number}" for number in range(1, 8))]


def test_a_run_that_is_too_small_says_so_once(page, tmp_path):
    assert page.text.count("too small to decide 1 of its 4 claims") == 1
    assert "(too small a run)" not in page.text
    content = report_example.claims()
    content["claims"] = [claim for claim in content["claims"] if not claim["open"]]
    assert "too small" not in Page(report_example.render(tmp_path, content=content)).text


def test_a_claim_is_shown_with_every_finding(page):
    full = page.text[page.text.index("A claim’s verdict follows") : page.text.index("How the run was made Commit")]
    assert full.count("from −1.5 to −0.5") == 7
    assert "the same, trained −1.02 from −1.5 to −0.5 ? undecided no" in full
    assert "3 networks, too few to decide: at least 10" in full


def test_claims_and_figures_lead_to_each_other(html):
    claim = html[html.index('<h3 id="claim-sgl_diverges">') :]
    assert 'Source: beyond the paper; Figure <a href="#figure_s1">S.1</a>.' in claim
    figure = html[html.index('<h3 id="figure_s1">') : html.index('<h3 id="figure_s2">')]
    assert '<a href="#claim-sgl_diverges">Something that the paper does not say.</a>' in figure
    assert figure.count("#claim-") == 1


@pytest.mark.parametrize(
    ("source", "linked"),
    [
        ("Figures 1, 2, B.3 and B.4", ["figure_1", "figure_b3"]),
        ("Figure 1, and the theory of the NTK", ["figure_1"]),
        ("beyond the paper; Figure S.1", []),
        ("The theory of NTKs <1>", ["figure_1"]),
    ],
)
def test_sources_link_to_the_figures_that_are_there(source, linked):
    html = links.sources(source, {"Figure 1": "figure_1", "Figure B.3": "figure_b3"})
    assert [a["href"][1:] for a in Page(html).of("a")] == linked
    assert "".join(Page(html).words) == source


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("erf_20 networks", "<msub><mi>erf</mi><mn>20</mn></msub></math> networks"),
        ("erf_derivative_1", "erf_derivative_1"),
        ("like m^(L-1)", "<msup><mi>m</mi><mrow><mi>L</mi><mo>−</mo><mn>1</mn></mrow></msup>"),
        ("kappa = 0.2", "<mi>κ</mi></math> = 0.2"),
        ("from -1.5 to -0.5", "from −1.5 to −0.5"),
        ("SG-NTK of a < b", "SG-NTK of a &lt; b"),
    ],
)
def test_formulas_of_claims_are_typeset(text, html):
    assert html in typeset(text)


def test_what_claims_abbreviate_is_explained(page):
    symbols = page.text[page.text.index("Symbols n width") : page.text.index("Figures of the paper Figure 3 is")]
    assert all(f" {word} " in symbols for word in ("m", "L", "κ", "‖·‖²", "MSE", "SGL", "NNGP"))


def test_a_drawing_keeps_to_itself(html, page):
    """Several drawings by Matplotlib have the same identifiers, and styles for the whole document."""
    assert html.count("<svg") == 1
    svg = html[html.index("<svg") : html.index("</svg>")]
    referred = re.findall(r'href="#(.*?)"|url\(#(.*?)\)', svg)
    assert referred
    assert {first or second for first, second in referred} <= {*re.findall(r'\bid="(.*?)"', svg)}
    assert all(name.startswith("figure_3-") for name in re.findall(r'\bid="(.*?)"', svg))
    assert "<style" not in svg
    assert page.of("svg")[0]["aria-label"].startswith("As sign networks widen, does their mean")


def test_a_large_drawing_gives_way_to_the_picture(tmp_path, monkeypatch):
    monkeypatch.setattr(report_page, "LARGEST_DRAWING", 1000)
    page = Page(report_example.render(tmp_path))
    assert page.of("svg") == []
    assert len(page.of("img")) == 15


def test_text_is_escaped(html):
    assert "where m &gt; 100 &amp; x is no training point" in html


def test_every_figure_has_a_caption_and_numbers(page):
    labels = ["1", "2", "3", *(f"B.{number}" for number in range(1, 5)), *(f"S.{number}" for number in range(1, 8))]
    for label in (f"Figure {label}" for label in labels):
        assert f"Numbers behind {label} " in page.text
    assert len(page.of("figcaption")) == 15


def test_captions_follow_the_verdicts(page):
    assert "The NTK of finite networks converges to the analytic NTK as they widen." in page.text
    assert "does their mean after surrogate gradient learning approach kernel regression with the SG-NTK?" in page.text
    assert [a["alt"] for a in page.of("img") if "negative eigenvalue" in a["alt"]] == [
        "Beyond the paper: where the SG-NTK has a negative eigenvalue, the error along its mode grows at first as "
        "predicted, "
        "for longer in wider networks; with another surrogate it is learned."
    ]


def test_activations_come_in_the_order_of_the_configuration(page):
    assert "alpha erf_2 erf_5 erf_20" in page.text


@pytest.mark.parametrize(
    ("figure", "name", "column"),
    [
        ("figure_1", "kernels", "empirical"),
        ("figure_b3", "kernel_mse_mean", "mean"),
        ("figure_3", "distances", "squared_distance"),
        ("figure_b1", "grid", "target"),
        ("figure_published", "published", "ours"),
        ("figure_s1", "divergence", "amplitude"),
        ("figure_s2", "learning", "variance_ratio"),
        ("figure_s3", "summary", "mean"),
        ("figure_s4", "regressions", "accuracy"),
        ("figure_s5", "learning", "squared_distance"),
        ("figure_s6", "summary", "squared_distance"),
        ("figure_s7", "predicted", "kernel_growth"),
    ],
)
def test_one_other_number_in_a_table_changes_the_numbers_behind_a_figure(figure, name, column):
    behind, chosen = FIGURES[figure], FIGURES[figure].sources(STUDY).settings
    before, after = copy.deepcopy(figure_tables.tables()[figure]), copy.deepcopy(figure_tables.tables()[figure])
    table = after[name] if isinstance(after[name], pd.DataFrame) else after[name][-1]
    table.loc[min(50, len(table) - 1), column] += 0.125
    assert behind.numbers(after, chosen) != behind.numbers(before, chosen)


def test_one_other_number_in_a_table_changes_the_page(html, tmp_path):
    tables = figure_tables.tables()
    tables["figure_s4"]["regressions"][2].loc[0, "mse"] = 7.125
    assert "7.125" in report_example.render(tmp_path, tables=tables)
    assert "7.125" not in html


def test_one_other_number_in_a_claim_changes_the_page(html, tmp_path):
    content = copy.deepcopy(report_example.claims())
    content["claims"][0]["findings"][1]["high"] = -0.4
    changed = Page(report_example.render(tmp_path, content=content))
    assert "−0.98 [−1.2, −0.4]" in changed.text
    assert "−0.98 [−1.2, −0.9]" in Page(html).text


def rendered(tmp_path, compared, **others):
    """The page of the example with another comparison."""
    tables = {"figure_published": {"published": compared}}
    return Page(report_example.render(tmp_path, tables={**figure_tables.tables(), **tables}, **others))


def test_the_comparison_is_counted_and_explained(page):
    within = int(figure_tables.comparison()["within"].sum())
    assert f"Of 123 published values, {within} agree with ours within their tolerance" in page.text
    assert f"; {123 - within} do not, and are of a kind whose departure is known; 0 do not, and no reason" in page.text


def test_a_value_without_a_known_reason_is_counted_apart(tmp_path):
    compared = figure_tables.comparison()
    compared.loc[0, ["within", "departure"]] = [False, ""]
    assert "; 1 do not, and no reason is known." in rendered(tmp_path, compared).text


def test_a_run_with_other_settings_says_why_nothing_is_compared(tmp_path):
    reasons = {"ntk": ["networks: 3; published with 10"], "sg_ntk": ["seed: 11; published with 10"]}
    page = rendered(tmp_path, figure_tables.comparison().head(0), reasons=reasons)
    assert "No value of this run is comparable with a published one" in page.text
    assert "ntk: networks: 3; published with 10. sg_ntk: seed: 11; published with 10." in page.text
    assert len(page.of("img")) == 13


def test_a_run_of_little_has_a_page_of_what_there_is(tmp_path):
    nothing = {**dict.fromkeys(CONFIG["experiments"]), "sign": CONFIG["experiments"]["sign"]}
    others = ["surrogate_comparison", "real_data", "spiking_reset", "spiking_depth"]
    sections = dict.fromkeys(["steepness", "divergence", *others])
    study = settings.read({**CONFIG, **sections, "experiments": nothing})
    tables = {name: found for name, found in figure_tables.tables().items() if FIGURES[name].available(study)}
    assert list(tables) == ["figure_3", "figure_b1", "figure_s2"]
    tables["figure_b1"]["training_sets"].pop()  # one set is learned
    page = Page(report_example.render(tmp_path, study=study, content={"confidence": 0.95, "claims": []}, tables=tables))
    assert len(page.of("img")) + len(page.of("svg")) == 3
    assert "This run judges no claims." in page.text
    assert not {"claims", "published"} & {a.get("id") for _, a in page.elements}
    check_links(page)


@pytest.mark.parametrize("heading", re.findall(r"^### (.*B\.[34].*)$", DEVIATIONS, re.MULTILINE))
def test_anchors_are_those_of_a_repository_page(heading):
    assert re.fullmatch(r"figures?-b[34][\w-]*", anchor(heading))


def test_anchor_of_a_heading_with_signs():
    assert anchor("Figure B.3: the trained values at n >= 100") == "figure-b3-the-trained-values-at-n--100"


def test_an_unknown_name_in_a_caption_is_an_error():
    figure = dataclasses.replace(FIGURES["figure_b1"], caption="{{ study.widths }}")
    with pytest.raises(jinja2.UndefinedError, match="widths"):
        caption(figure, STUDY, {})


def test_rules_are_listed_with_what_they_took(page):
    assert "train 12 1:02:05 912 grid" in page.text
    assert "tabulate_kernels – – – grid, train" in page.text
    assert "all rules 13 1:02:06 912" in page.text


def test_what_was_not_measured_is_left_open():
    measured = pd.DataFrame({"rule": ["grid"], "jobs": [1], "seconds": [0.6], "memory": [float("nan")]})
    table = how_made.rules(report_example.GRAPH, measured)
    assert table.rows[0] == ["grid", "1", "0:00:01", "–", "nothing"]
    assert table.rows[1] == ["train", "–", "–", "–", "grid"]


def test_rules_come_after_those_that_they_need():
    rules = [row[0] for row in how_made.rules(report_example.GRAPH, report_example.MEASURED).rows[:-1]]
    assert sorted(rules) == sorted(report_example.GRAPH)
    for name, needs in report_example.GRAPH.items():
        assert all(rules.index(need) < rules.index(name) for need in needs)


def benchmark(path, seconds, memory):
    path.write_text(f"s\th:m:s\tmax_rss\n{seconds}\t0:00:00\t{memory}\n")
    return path


def test_benchmarks_are_summed_by_rule(tmp_path):
    jobs = [
        ("grid", benchmark(tmp_path / "1.tsv", 0.5, "-")),
        ("train", benchmark(tmp_path / "2.tsv", 10, 300)),
        ("train", benchmark(tmp_path / "3.tsv", 20, 200)),
        ("train", tmp_path / "none.tsv"),
        ("claims", tmp_path / "none.tsv"),
    ]
    table = how_made.measured(jobs).set_index("rule")
    assert table["jobs"].to_dict() == {"grid": 1, "train": 2}
    assert table["seconds"].to_dict() == {"grid": 0.5, "train": 30}
    assert pd.isna(table.loc["grid", "memory"])
    assert table.loc["train", "memory"] == 300


def test_commit_where_there_is_no_repository(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert how_made.commit() == "not a git checkout"


@pytest.mark.parametrize(
    ("value", "text"),
    [(1234567, "1,234,567"), (2.0, "2"), (-0.5, "−0.5"), (1 / 3, "0.33333"), (1e-7, "1e−07"), (None, "–"), ("a", "a")],
)
def test_numbers(value, text):
    assert number(value) == text
