"""Publishing a run: what README.md and docs/ then show is what its tables say."""

import shutil

import pandas as pd
import publish
import pytest

from replication.store import tables

DOCS = publish.ROOT / "docs"
README = (publish.ROOT / "README.md").read_text()


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project whose run has the tables that are published here, and whose README shows no results yet."""
    results = tmp_path / "results/paper"
    for name, path in publish.TABLES.items():
        table = pd.read_csv(DOCS / f"results/{name}.csv", keep_default_na=False)
        (results / "tables" / path).parent.mkdir(parents=True, exist_ok=True)
        tables.write(table, results / f"tables/{path}.parquet")
    (results / "claims").mkdir()
    for name in ("claims.json", "claims.md"):
        shutil.copy(DOCS / "results" / name, results / "claims")
    shutil.copytree(DOCS / "figures", results / "figures")
    (tmp_path / "docs/figures").mkdir(parents=True)
    (tmp_path / "docs/figures/figure_of_old.png").touch()
    (tmp_path / "README.md").write_text(without_results(README))
    monkeypatch.setattr(publish, "ROOT", tmp_path)
    return tmp_path


def without_results(page):
    for name in ("tally", "distances", "verdicts", "words"):
        page = publish._replace(page, name, "none yet")
    return page


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_readme_shows_the_published_results(project):
    assert "none yet" not in README
    publish.publish("paper")
    assert (project / "README.md").read_text() == README


@pytest.mark.parametrize("folder", ["figures", "results"])
def test_the_published_files_are_those_of_the_run_alone(project, folder):
    publish.publish("paper")
    assert contents(project / "docs" / folder) == contents(DOCS / folder)


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ("tables/ensembles/sign/learning.parquet", "sign/learning.parquet"),
        ("claims/claims.json", "claims.json"),
        ("figures", "no figures"),
    ],
)
def test_a_run_that_is_not_complete_is_refused(project, missing, message):
    path = project / "results/paper" / missing
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    before = contents(project)
    with pytest.raises(SystemExit, match=f"'paper' is not complete: .*{message}"):
        publish.publish("paper")
    assert contents(project) == before


def test_a_page_without_a_place_is_refused(project):
    readme = project / "README.md"
    readme.write_text(readme.read_text().replace("<!-- verdicts -->", ""))
    before = contents(project)
    with pytest.raises(SystemExit, match=r"README\.md has no place for verdicts"):
        publish.publish("paper")
    assert contents(project) == before
