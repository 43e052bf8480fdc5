"""The pages for people: their Python runs and prints what they say, and their links lead somewhere."""

import re
from pathlib import Path

import jax
import pandas as pd
import pytest
import yaml

from replication.report.page import anchor
from replication.store import tables

ROOT = Path(__file__).resolve().parents[2]
PAGES = {str(path.relative_to(ROOT)): path.read_text() for path in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]}
# A block of Python, and the block of text that may follow it: what it prints.
EXAMPLE = re.compile(r"^```python\n(.*?)^```$(?:\n+^```text\n(.*?)^```$)?", re.MULTILINE | re.DOTALL)
# tests/test_own_study.py runs the one of that page, in the study that it is about.
EXAMPLES = {name: EXAMPLE.findall(page) for name, page in PAGES.items() if name != "docs/own-study.md"}
# Their kernels take 15 to 90 seconds to compile.
SLOW = ("docs/architectures.md", "docs/fitting.md", "docs/spiking.md")
# A relative link, without and with the anchor.
LINK = re.compile(r"\]\((?!\w+:)([^)\s#]*)(?:#([^)\s]+))?\)")


@pytest.fixture
def reader(tmp_path, monkeypatch):
    """What a reader has: JAX's usual promotion, and in the current folder a table of the paper's run."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "results/paper/tables/ensembles/sg_ntk/kernel_mse.parquet"
    path.parent.mkdir(parents=True)
    tables.write(pd.DataFrame({"width": [10], "mse": [0.5]}), path, made_from={"seed": 10})
    with jax.numpy_dtype_promotion("standard"):
        yield
    jax.config.update("jax_enable_x64", False)  # which a page may turn on


def test_no_example_is_overlooked():
    assert {name: len(EXAMPLE.findall(page)) for name, page in PAGES.items()} == {
        name: page.count("```python") for name, page in PAGES.items()
    }


@pytest.mark.usefixtures("reader")
@pytest.mark.filterwarnings("ignore::sgntk.dynamics.DivergenceWarning")
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else [])
        for name, examples in EXAMPLES.items()
        if examples
    ],
)
def test_examples_run_and_print_what_the_page_says(name, capsys):
    if "sgntk.stax" in "".join(code for code, _ in EXAMPLES[name]):
        pytest.importorskip("sgntk.stax", exc_type=ImportError)
    namespace = {}
    for code, printed in EXAMPLES[name]:
        exec(code, namespace)
        assert capsys.readouterr().out == printed


def test_there_is_one_way_to_install_the_library():
    installed = {one for page in PAGES.values() for one in re.findall(r"pip install (?!-)('[^']*'|[^\s`]+)", page)}
    assert installed == {"'.[plot]'", "'.[plot,neural-tangents]'", "'.[neural-tangents]'"}


def test_links_between_pages_have_titles_or_words_and_no_file_names():
    pages = {name: page for name, page in PAGES.items() if name.startswith("docs/")}
    assert {name: found for name, page in pages.items() if (found := re.findall(r"\[[^\]]*\.md\]\(", page))} == {}


def test_the_page_on_citing_says_what_the_citation_file_says():
    citation, page = yaml.safe_load((ROOT / "CITATION.cff").read_text()), PAGES["docs/citing.md"]
    [paper] = citation["references"]
    [preprint] = paper["identifiers"]
    assert {citation["title"], citation["version"], paper["title"], paper["collection-title"]} <= {
        *re.findall(r"= +{(.*)},?$", page, re.MULTILINE)
    }
    assert all(author["family-names"] in page for author in paper["authors"])
    assert preprint["value"].removeprefix("arXiv:") in page


def headings(page):
    """Anchors of a page, as GitHub and the site make them."""
    outside_code = re.sub(r"^```.*?^```$", "", page, flags=re.MULTILINE | re.DOTALL)
    return {anchor(heading) for heading in re.findall(r"^#+ (.*)$", outside_code, re.MULTILINE)}


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name):
    page = ROOT / name
    broken = []
    for path, heading in LINK.findall(PAGES[name]):
        target = page.parent / path if path else page
        if not target.exists() or (heading and heading not in headings(target.read_text())):
            broken.append((path, heading))
    assert broken == []
