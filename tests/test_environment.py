"""pyproject.toml, the lock and the conda environment agree, and nobody pays for unused imports."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LOCK_TEXT = (ROOT / "requirements.txt").read_text()
ALONE_TEXTS = {extra: (ROOT / f"requirements-{extra}.txt").read_text() for extra in ("docs", "lint")}
CONDA_TEXT = (ROOT / "environment.yml").read_text()
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def as_pins(lines: list[str]) -> dict[str, str]:
    pairs = [line.split("==") for line in lines]
    return {canonicalize_name(name): version for name, version in pairs}


def pins_of(text: str) -> dict[str, str]:
    return as_pins(re.findall(r"^[\w.-]+==\S+", text, re.MULTILINE))


LOCK = pins_of(LOCK_TEXT)
ALONE = {extra: pins_of(text) for extra, text in ALONE_TEXTS.items()}
CONDA_PYTHON, CONDA_PIP, CONDA_SECTION = yaml.safe_load(CONDA_TEXT)["dependencies"]
CONDA = as_pins(CONDA_SECTION["pip"])
EXTRAS = PYPROJECT["project"]["optional-dependencies"]
ALONE_REQUIREMENTS = [(extra, line) for extra in ALONE for line in EXTRAS.pop(extra)]
REQUIREMENTS = [
    *PYPROJECT["build-system"]["requires"],
    *PYPROJECT["project"]["dependencies"],
    *(line for extra in EXTRAS.values() for line in extra),
]
LEFT_OUT = PYPROJECT["tool"]["uv"]["exclude-dependencies"]


@pytest.mark.parametrize("line", REQUIREMENTS)
def test_lock_satisfies_pyproject(line):
    requirement = Requirement(line)
    assert LOCK[canonicalize_name(requirement.name)] in requirement.specifier


@pytest.mark.parametrize(("extra", "line"), ALONE_REQUIREMENTS)
def test_lock_of_its_own_satisfies_pyproject(extra, line):
    requirement = Requirement(line)
    assert ALONE[extra][canonicalize_name(requirement.name)] in requirement.specifier


def test_tools_have_environments_of_their_own():
    assert LOCK.keys().isdisjoint({"mkdocs", "mkdocs-material", "mkdocstrings-python", "mypy", "ruff", "snakefmt"})
    for pins in ALONE.values():
        assert pins.keys().isdisjoint({"jax", "numpy", "snakemake"})
    assert ALONE["docs"]["ruff"] == ALONE["lint"]["ruff"]


@pytest.mark.parametrize("text", [LOCK_TEXT, *ALONE_TEXTS.values()], ids=["all", *ALONE])
def test_every_pin_of_a_lock_has_a_hash(text):
    pins = pins_of(text)
    entries = re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)[1:]
    assert len(entries) == len(pins)
    assert [e for e in entries if not re.search(r"--hash=sha256:[0-9a-f]{64}\b", e)] == []


def test_lock_leaves_out_what_nothing_imports():
    assert {"tensorflow", "tf2jax"} <= set(LEFT_OUT)
    assert LOCK.keys().isdisjoint(LEFT_OUT)


def test_conda_has_the_pins_of_the_lock():
    assert {name: CONDA.get(name) for name in LOCK} == LOCK


def test_conda_pins_what_its_pip_cannot_leave_out():
    assert set(LEFT_OUT) <= CONDA.keys()


def test_conda_python_is_one_that_the_package_declares():
    version = CONDA_PYTHON.removeprefix("python=")
    assert Requirement(f"python{PYPROJECT['project']['requires-python']}").specifier.contains(version)


@pytest.mark.parametrize(("name", "version"), [("jax", "0.5.3"), ("jaxlib", "0.5.3"), ("neural-tangents", "0.6.5")])
def test_pins_of_the_published_numbers(name, version):
    assert LOCK[name] == CONDA[name] == version


def test_pin_of_tf2jax():
    assert CONDA["tf2jax"] == "0.3.5"


@pytest.mark.parametrize("text", [LOCK_TEXT, *ALONE_TEXTS.values(), CONDA_TEXT], ids=["all", *ALONE, "conda"])
def test_no_host_or_path_is_locked(text):
    assert re.findall(r".*(?:://|file:|index-url|find-links|\s[./~]+/).*", text) == []


@pytest.mark.parametrize(("module", "unwanted"), [("sgntk.stax", {"tensorflow", "tf2jax"}), ("sgntk.config", {"jax"})])
def test_import_leaves_out(module, unwanted):
    code = f"import sys, {module}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert unwanted.isdisjoint(run.stdout.split())
