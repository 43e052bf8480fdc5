"""Compiling takes most of the time of these tests."""

import jax
import pytest


@pytest.fixture(autouse=True, scope="module")
def _compile_quickly():
    """Without LLVM's optimizations, which change no more than rounding."""
    jax.config.update("jax_disable_most_optimizations", True)
    yield
    jax.config.update("jax_disable_most_optimizations", False)


@pytest.fixture
def optimized():
    """As users have it: where bytes are compared, or running takes longer than compiling."""
    jax.config.update("jax_disable_most_optimizations", False)
    jax.clear_caches()  # JAX would take functions compiled without for the same
    yield
    jax.config.update("jax_disable_most_optimizations", True)
    jax.clear_caches()
