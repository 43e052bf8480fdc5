"""Publishing a run: what README.md and docs/ then show is what its tables say."""

import shutil

import pandas as pd
import publish
import pytest

from replication.store import tables

DOCS = publish.ROOT / "docs"
README = (publish.ROOT / "README.md").read_text()


RUNS = [run for run in publish.TABLES if (DOCS / "results" / run).exists()]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project whose runs have the tables that are published here, and whose README shows no results yet."""
    for run in RUNS:
        results, published = tmp_path / "results" / run, DOCS / "results" / run
        for name, path in publish.TABLES[run].items():
            table = pd.read_csv(published / f"{name}.csv", keep_default_na=False)
            (results / "tables" / path).parent.mkdir(parents=True, exist_ok=True)
            tables.write(table, results / f"tables/{path}.parquet")
        (results / "claims").mkdir()
        for name in ("claims.json", "claims.md"):
            shutil.copy(published / name, results / "claims")
    shutil.copytree(DOCS / "figures", tmp_path / "results/paper/figures")
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
    publish.publish(RUNS)
    assert (project / "README.md").read_text() == README


@pytest.mark.parametrize("folder", ["figures", "results"])
def test_the_published_files_are_those_of_the_runs_alone(project, folder):
    publish.publish(RUNS)
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
        publish.publish(RUNS)
    assert contents(project) == before


def test_a_page_without_a_place_is_refused(project):
    readme = project / "README.md"
    readme.write_text(readme.read_text().replace("<!-- verdicts -->", ""))
    before = contents(project)
    with pytest.raises(SystemExit, match=r"README\.md has no place for verdicts"):
        publish.publish(RUNS)
    assert contents(project) == before


def test_a_run_may_be_published_after_another_which_stays(project):
    for run in RUNS:
        publish.publish([run])
    assert contents(project / "docs/results") == contents(DOCS / "results")
    assert (project / "README.md").read_text() == README


def test_nothing_is_published_before_the_run_that_is_shown(project):
    with pytest.raises(SystemExit, match="nothing of the run 'paper' is published; publish it first"):
        publish.publish([])


def test_a_run_that_is_none_is_refused(project):
    with pytest.raises(SystemExit, match="got the run 'papr'; expected one of paper, decisive"):
        publish.publish(["papr"])
