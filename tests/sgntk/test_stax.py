"""The bridge to neural-tangents."""

import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import sgntk

PLAIN = {"sigma_w": 1.3, "sigma_b": 0.4}


def test_output_scale_scales_the_output_and_not_the_draw(stax):
    key, x = jax.random.PRNGKey(0), jnp.ones((2, 3))
    init, apply, kernel = stax.serial(sgntk.Architecture(sgntk.Erf(2.0), **PLAIN), 8)
    scaled_init, scaled_apply, scaled_kernel = stax.serial(
        sgntk.Architecture(sgntk.Erf(2.0), output_scale=0.2, **PLAIN), 8
    )
    params = init(key, (-1, 3))[1]
    for one, other in zip(jax.tree.leaves(params), jax.tree.leaves(scaled_init(key, (-1, 3))[1]), strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_allclose(scaled_apply(params, x), 0.2 * apply(params, x), rtol=1e-5)
    np.testing.assert_allclose(scaled_kernel(x, None, "ntk"), 0.04 * kernel(x, None, "ntk"), rtol=1e-5)


def test_sign(stax):
    arch = sgntk.Architecture(sgntk.Sign(), None, 1, **PLAIN)
    init, apply, kernel = stax.serial(arch, 8)
    x = jnp.array([[1.0, 2.0], [0.3, -1.0]])
    (w1, b1), _, (w2, b2) = init(jax.random.PRNGKey(0), (-1, 2))[1]
    hidden = np.sign(1.3 / np.sqrt(2) * x @ w1 + 0.4 * b1)
    np.testing.assert_allclose(apply([(w1, b1), (), (w2, b2)], x), 1.3 / np.sqrt(8) * hidden @ w2 + 0.4 * b2, rtol=1e-5)
    np.testing.assert_allclose(kernel(x, None, "nngp"), sgntk.nngp(arch, x), rtol=1e-5)


def test_unknown_activation(stax):
    with pytest.raises(ValueError, match=r"^serial: activation must be Erf or Sign; got ReLU\(\)$"):
        stax.serial(sgntk.Architecture(sgntk.ReLU()), 8)


@pytest.mark.parametrize("width", [0, -1])
def test_bad_width(stax, width):
    with pytest.raises(ValueError, match=f"^serial: width must be a whole number >= 1; got {width}$"):
        stax.serial(sgntk.Architecture(sgntk.Erf(1.0)), width)


def run(code):
    return subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)


def test_import_without_neural_tangents():
    without = run("import importlib.util; importlib.util.find_spec = lambda name: None; import sgntk.stax")
    assert without.returncode == 1
    expected = "ImportError: sgntk.stax needs neural-tangents: pip install 'sgntk[neural-tangents]'"
    assert without.stderr.splitlines()[-1] == expected


def test_neural_tangents_as_users_then_find_it(stax):
    code = "import sgntk.stax, neural_tangents as nt; nt.stax.Dense, nt.predict.gradient_descent_mse, nt.batch"
    whole = run(code)
    assert whole.returncode == 0, whole.stderr
    left_out = run("import sgntk.stax, neural_tangents; neural_tangents.empirical_ntk_fn").stderr.splitlines()[-1]
    assert left_out.startswith("AttributeError: neural_tangents.empirical_ntk_fn is not there: ")


def test_the_library_does_without_neural_tangents():
    code = "import sys; sys.modules['neural_tangents'] = None\nfrom sgntk import ntk, predict, train_ensemble"
    subprocess.run([sys.executable, "-c", code], check=True)
