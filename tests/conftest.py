"""How the tests see both packages: shapes checked at run time, and no dtype promoted in silence."""

import ctypes
import os
from pathlib import Path

os.environ["NPROC"] = "1"  # the size of XLA's thread pool: sums are split in the same way on every machine
os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} --xla_cpu_multi_thread_eigen=false"

import hypothesis
import jax
import jaxtyping
import pytest

# Before they are imported. The numeric tower: an int is welcome where the annotation says float.
CHECKER = "beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True))"
jaxtyping.install_import_hook(["sgntk", "replication"], CHECKER)
jax.config.update("jax_numpy_dtype_promotion", "strict")

# The first example of a test compiles; and the same examples come every time.
hypothesis.settings.register_profile("tests", deadline=None, derandomize=True)
hypothesis.settings.load_profile("tests")

SLOW = {line for line in Path(__file__).with_name("slow.txt").read_text().splitlines() if not line.startswith("#")}
"""Tests that `make test` has no time for, beside those that are marked so where they stand."""


def pytest_collection_modifyitems(items):
    for item in items:
        if item.nodeid in SLOW:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True, scope="module")
def _memory_of_one_module():
    """What was compiled holds memory, and no other module calls the same. Of what is freed, glibc gives back little."""
    yield
    jax.clear_caches()
    if hasattr(libc := ctypes.CDLL(None), "malloc_trim"):
        libc.malloc_trim(0)


@pytest.fixture
def x64():
    """Double precision, for what claims it."""
    from sgntk._compat import enable_x64

    with enable_x64():
        yield


@pytest.fixture
def stax():
    """`sgntk.stax`, where neural-tangents can be imported; with JAX's usual promotion, which it needs."""
    module = pytest.importorskip("sgntk.stax", exc_type=ImportError)
    with jax.numpy_dtype_promotion("standard"), jax.numpy_rank_promotion("allow"):
        yield module


@pytest.fixture
def annotations_unchecked(monkeypatch):
    """The library as its users have it: what they pass reaches the library's own checks."""
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)
