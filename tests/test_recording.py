"""What is recorded while an ensemble trains."""

import re

import jax
import numpy as np
import pytest

import sgntk
from sgntk import recording
from sgntk.surrogates import ErfDerivative

GRID = sgntk.datasets.circle(sgntk.datasets.grid_angles(6))
PARAMS = sgntk.init(sgntk.Architecture(sgntk.Erf(2)), jax.random.PRNGKey(0), width=16, input_dim=2)


def test_outputs():
    arch = sgntk.Architecture(sgntk.Sign(), ErfDerivative(1), sigma_b=0.1, output_scale=0.2)
    recorded = jax.jit(recording.outputs(arch, GRID))(PARAMS)
    assert recorded.shape == (6,)
    np.testing.assert_allclose(recorded, sgntk.apply(arch, PARAMS, GRID.astype(np.float32))[:, 0], atol=1e-6)


@pytest.mark.parametrize("reference", [0, 4, 5])
@pytest.mark.parametrize("surrogate", [None, ErfDerivative(1)])
def test_kernel_column(surrogate, reference):
    arch = sgntk.Architecture(sgntk.Erf(2), surrogate, sigma_b=0.1)
    recorded = jax.jit(recording.kernel_column(arch, GRID, reference))(PARAMS)
    kernel = sgntk.empirical_ntk if surrogate is None else sgntk.empirical_sg_ntk
    expected = kernel(arch, PARAMS, GRID)[:, reference]  # the reference point is the second argument
    np.testing.assert_allclose(recorded, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("reference", [6, -1, 100])
def test_reference_beyond_the_grid(reference):
    arch = sgntk.Architecture(sgntk.Erf(2))
    with pytest.raises(ValueError, match=rf"reference .*got {reference}"):
        recording.kernel_column(arch, GRID, reference)(PARAMS)


@pytest.mark.parametrize("record", [recording.outputs, lambda arch, x: recording.kernel_column(arch, x, 0)])
def test_bad_grid(record):
    arch = sgntk.Architecture(sgntk.Erf(2))
    with pytest.raises(ValueError, match=re.escape("recording: grid must have shape (points, dimension); got (6,)")):
        record(arch, GRID[:, 0])
    with pytest.raises(ValueError, match=r"^recording: grid must be finite; got nan at index \(0, 0\)$"):
        record(arch, np.full((2, 2), np.nan))
