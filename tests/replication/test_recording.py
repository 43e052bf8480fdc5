"""What is recorded while an ensemble trains."""

import jax
import numpy as np
import pytest

import sgntk
from replication import datasets, recording
from sgntk.surrogates import ErfDerivative

GRID = datasets.circle(datasets.grid_angles(6))
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
