"""pyproject.toml, the locks, the conda environment and the wheel agree, and nobody pays for unused imports."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from email import message_from_bytes
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from check_wheels import COMPILED, pythons
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import sgntk

ROOT = Path(__file__).resolve().parents[2]
LOCK_TEXT = (ROOT / "requirements.txt").read_text()
ALONE_TEXTS = {group: (ROOT / f"requirements-{group}.txt").read_text() for group in ("docs", "lint")}
CONDA_TEXT = (ROOT / "environment.yml").read_text()
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def as_pins(lines: list[str]) -> dict[str, str]:
    pairs = [line.split("==") for line in lines]
    return {canonicalize_name(name): version for name, version in pairs}


def pins_of(text: str) -> dict[str, str]:
    return as_pins(re.findall(r"^[\w.-]+==\S+", text, re.MULTILINE))


LOCK = pins_of(LOCK_TEXT)
ALONE = {group: pins_of(text) for group, text in ALONE_TEXTS.items()}
CONDA_PYTHON, CONDA_PIP, CONDA_SECTION = yaml.safe_load(CONDA_TEXT)["dependencies"]
CONDA = as_pins(CONDA_SECTION["pip"])
DEPENDENCIES = PYPROJECT["project"]["dependencies"]
EXTRAS = PYPROJECT["project"]["optional-dependencies"]
GROUPS = PYPROJECT["dependency-groups"]
ALONE_REQUIREMENTS = [(group, line) for group in ALONE for line in GROUPS[group]]
REQUIREMENTS = [
    *PYPROJECT["build-system"]["requires"],
    *DEPENDENCIES,
    *(line for extra in EXTRAS.values() for line in extra),
    *GROUPS["dev"],
]
LEFT_OUT = PYPROJECT["tool"]["uv"]["exclude-dependencies"]


@pytest.mark.parametrize("line", REQUIREMENTS)
def test_lock_satisfies_pyproject(line):
    requirement = Requirement(line)
    assert LOCK[canonicalize_name(requirement.name)] in requirement.specifier


@pytest.mark.parametrize(("group", "line"), ALONE_REQUIREMENTS)
def test_lock_of_its_own_satisfies_pyproject(group, line):
    requirement = Requirement(line)
    assert ALONE[group][canonicalize_name(requirement.name)] in requirement.specifier


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


def test_every_python_that_make_takes_is_one_that_the_package_declares():
    declared = Requirement(f"python{PYPROJECT['project']['requires-python']}").specifier
    assert pythons()[0] == str(declared).removeprefix(">=")
    assert list(declared.filter(pythons())) == pythons()


def test_conda_python_is_one_that_make_takes():
    assert CONDA_PYTHON.removeprefix("python=") in pythons()


def test_what_has_to_be_compiled_is_still_locked():
    for python, pins in COMPILED.items():
        assert python in pythons()
        assert as_pins(sorted(pins)).items() <= LOCK.items()


def test_the_container_has_the_packages_of_the_fresh_machine():
    [tried] = re.findall(r"^packages=(\S+)$", (ROOT / "tests/fresh_machine.sh").read_text(), re.MULTILINE)
    container = (ROOT / ".devcontainer/Dockerfile").read_text()
    [installed] = re.findall(r"--no-install-recommends (.*) \\$", container, re.MULTILINE)
    assert installed.split() == tried.split(",")


def test_the_oldest_jax_is_that_of_the_published_numbers():
    # There the fault that they carry is reproduced (tests/sgntk/test_published.py).
    assert "jax>=0.5.3" in DEPENDENCIES


def test_pin_of_tf2jax():
    assert CONDA["tf2jax"] == "0.3.5"


@pytest.mark.parametrize("text", [LOCK_TEXT, *ALONE_TEXTS.values(), CONDA_TEXT], ids=["all", *ALONE, "conda"])
def test_no_host_or_path_is_locked(text):
    assert re.findall(r".*(?:://|file:|index-url|find-links|\s[./~]+/).*", text) == []


def names_of(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(line).name) for line in requirements}


def imported_by(*folders: str) -> set[str]:
    """Distributions, beside Python's own and ours, that the modules of some folders import."""
    trees = [ast.parse(path.read_text()) for folder in folders for path in (ROOT / folder).rglob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    modules = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    modules |= {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
    roots = {module.split(".")[0] for module in modules} - sys.stdlib_module_names - {"sgntk", "replication"}
    return {canonicalize_name(packages_distributions()[root][0]) for root in roots}


def test_the_library_depends_on_what_it_imports_and_no_more():
    assert imported_by("src/sgntk") == names_of(DEPENDENCIES) | {
        "neural-tangents",
        "matplotlib",
    }  # for `stax` and `plot` alone


def test_the_study_depends_on_what_it_imports():
    declared = names_of([*DEPENDENCIES, *EXTRAS["study"]])
    assert imported_by("src/replication", "scripts") <= declared | {"pydantic-core"}  # which pydantic pins


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    return zipfile.ZipFile(next(folder.iterdir()))


def test_the_wheel_holds_the_library_alone(wheel):
    packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    sources = [path for path in (ROOT / "src/sgntk").rglob("*") if path.suffix in (".py", "") and path.is_file()]
    assert packed == {str(path.relative_to(ROOT / "src")) for path in [*sources, ROOT / "src/sgntk/py.typed"]}


def test_the_wheel_has_the_version_and_the_dependencies_of_the_library(wheel):
    metadata = message_from_bytes(wheel.read(f"sgntk-{sgntk.__version__}.dist-info/METADATA"))
    requirements = [Requirement(line) for line in metadata.get_all("Requires-Dist")]
    assert {line.name for line in requirements if line.marker is None} == {"jax", "jaxtyping", "numpy", "scipy"}
    assert yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"] == metadata["Version"] == sgntk.__version__


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("sgntk.stax", {"tensorflow", "tf2jax"}),
        ("sgntk", {"jax", "numpy", "scipy"}),
        ("replication.settings", {"jax", "pandas", "matplotlib"}),
        ("replication.layout", {"jax", "matplotlib"}),
        ("replication.store.tables", {"jax", "matplotlib"}),
        ("replication.figures", {"jax", "matplotlib", "scipy", "seaborn", "sgntk"}),
        ("replication.claims", {"jax", "matplotlib", "scipy.stats", "seaborn"}),
    ],
)
def test_import_leaves_out(module, unwanted):
    code = f"import sys, {module}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert unwanted.isdisjoint(run.stdout.split())


def git(*arguments: str) -> list[str]:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("no git, or no checkout of it")
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_text_has_lf_in_the_repository():
    files = [line.split("\t") for line in git("ls-files", "--eol")]
    assert {path for state, path in files if state.split()[0] in ("i/crlf", "i/mixed")} == {
        "workflow/published/kernel_mse.csv"  # as it came
    }


@pytest.mark.parametrize(
    "path",
    [
        "Makefile",
        "Snakefile",
        ".ci/run",
        "tools/find_python.sh",
        "tools/slurm.sh",
        "tests/fresh_machine.sh",
        "tests/workflow/slurm/one_node.sh",
    ],
)
def test_scripts_have_lf_in_every_checkout(path):
    assert git("check-attr", "text", "eol", "--", path) == [f"{path}: text: auto", f"{path}: eol: lf"]


def test_pictures_are_not_taken_for_text():
    pictures = git("ls-files", "*.png")
    assert pictures
    assert {line.split(": ")[-1] for line in git("check-attr", "text", "--", *pictures)} == {"unset"}
