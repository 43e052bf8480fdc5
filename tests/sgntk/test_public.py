"""What users see: names, and what importing them costs."""

import ast
import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import sgntk
from sgntk import activations, surrogates

MODULES = ["activations", "dynamics", "libraries", "prediction", "spiking", "stax", "surrogates"]


def imports_for_type_checkers():
    """Pairs (module, name) under `if TYPE_CHECKING`."""
    [block] = [node for node in ast.parse(Path(sgntk.__file__).read_text()).body if isinstance(node, ast.If)]
    return {(line.module.removeprefix("sgntk").lstrip("."), alias.name) for line in block.body for alias in line.names}


def test_dir_is_the_public_interface():
    assert dir(sgntk) == sorted([*sgntk.__all__, "__version__"])
    assert sgntk.__all__ == sorted(sgntk.__all__)
    assert [name for name in sgntk.__all__ if name in MODULES] == MODULES


def test_what_is_imported_lazily_is_what_type_checkers_see():
    loaded = {(sgntk._MODULE_OF.get(name, ""), name) for name in sgntk.__all__}
    assert loaded == imports_for_type_checkers()
    assert set(sgntk._MODULE_OF) <= set(sgntk.__all__)


@pytest.mark.parametrize("name", [name for name in sgntk.__all__ if name != "stax"])
def test_every_name_is_there(name):
    value = getattr(sgntk, name)
    if inspect.isclass(value) or inspect.isfunction(value):
        assert value.__name__ == name
        assert value.__doc__


def test_a_name_that_is_not_there():
    with pytest.raises(AttributeError, match=r"^module 'sgntk' has no attribute 'kernels'$"):
        sgntk.kernels  # noqa: B018


def test_importing_costs_no_jax():
    code = "import sys, sgntk; sgntk.__version__; print({'jax', 'numpy', 'scipy', 'jaxtyping'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "set()\n"


def test_stax_needs_no_import_of_its_own(stax):
    assert sgntk.stax is stax


@pytest.mark.parametrize("module", [name for name in MODULES if name != "stax"])
def test_modules_name_what_is_public(module):
    module = importlib.import_module(f"sgntk.{module}")
    assert module.__all__ == sorted(module.__all__)
    assert all(inspect.getdoc(getattr(module, name)) for name in module.__all__)


def classes_below(base):
    return {base}.union(*(classes_below(child) for child in base.__subclasses__()))


@pytest.mark.parametrize("base", [activations.Activation, surrogates.Surrogate])
def test_bases_are_abstract_and_leaves_have_one_line_of_descent(base):
    with pytest.raises(TypeError, match="abstract"):
        base()
    for kind in classes_below(base):
        if kind.__module__.startswith("sgntk."):
            assert len(kind.__bases__) == 1
            assert inspect.isabstract(kind) == (kind.__name__.startswith("_") or kind is base), kind
