"""The neural-tangents layer with a surrogate: dense and convolutional kernels, and their finite counterparts."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import sgntk
from sgntk.surrogates import Box, ErfDerivative

PLAIN = {"sigma_w": 1.3, "sigma_b": 0.4}
RNG = np.random.default_rng(5)
X1 = RNG.normal(size=(4, 3)) * np.array([[0.3], [1.0], [2.0], [1.0]])
X2 = np.concatenate([RNG.normal(size=(2, 3)), X1[2:3]])
# Of unequal norms, so that the kernel is not symmetric.
IMAGES1 = RNG.normal(size=(3, 4, 4, 2)) * np.array([0.2, 1.0, 4.0])[:, None, None, None]
IMAGES2 = RNG.normal(size=(2, 4, 4, 2)) * np.array([4.0, 0.1])[:, None, None, None]
PAIRS = [
    (sgntk.Sign(), ErfDerivative(1.0)),
    (sgntk.Erf(3.0), Box(0.7)),
    (sgntk.Heaviside(0.4), ErfDerivative(1.5)),
    (sgntk.ReLU(), None),
]


def dense(stax, nt, activation, surrogate, hidden_layers=2):
    layers = [
        layer
        for _ in range(hidden_layers)
        for layer in (nt.stax.Dense(1, 1.3, 0.4), stax.SurrogateActivation(activation, surrogate))
    ]
    return nt.stax.serial(*layers, nt.stax.Dense(1, 1.3, 0.4))


def convolutional(stax, nt, activation, surrogate, channels=1):
    return nt.stax.serial(
        nt.stax.Conv(channels, (3, 3), padding="SAME", W_std=1.3, b_std=0.4),
        stax.SurrogateActivation(activation, surrogate),
        nt.stax.Conv(channels, (3, 3), padding="SAME", W_std=1.3, b_std=0.4),
        stax.SurrogateActivation(activation, surrogate),
        nt.stax.GlobalAvgPool(),
        nt.stax.Dense(1, 1.3, 0.4),
    )


@pytest.fixture
def nt(stax):
    import neural_tangents

    return neural_tangents


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize(("activation", "surrogate"), PAIRS, ids=lambda part: type(part).__name__)
@pytest.mark.parametrize("x2", [None, X2], ids=["square", "rectangular"])
def test_dense_kernels_are_those_of_the_recursion(stax, nt, activation, surrogate, x2):
    arch = sgntk.Architecture(activation, surrogate, 2, **PLAIN)
    kernel = dense(stax, nt, activation, surrogate)[2](
        jnp.asarray(X1), None if x2 is None else jnp.asarray(x2), ("nngp", "ntk")
    )
    # Where points coincide neural-tangents' covariance is not made exact: sign amplifies 1e-16 to its root.
    np.testing.assert_allclose(kernel.nngp, sgntk.nngp(arch, X1, x2), rtol=2e-7)
    np.testing.assert_allclose(kernel.ntk, sgntk.sg_ntk(arch, X1, x2), rtol=2e-7)
    apart = np.all(X1[:, None] != (X1 if x2 is None else x2)[None], axis=2)
    np.testing.assert_allclose(kernel.ntk[apart], sgntk.sg_ntk(arch, X1, x2)[apart], rtol=1e-6)


@pytest.mark.usefixtures("x64")
def test_exchanged_arguments_are_another_kernel(stax, nt):
    arch = sgntk.Architecture(sgntk.Sign(), ErfDerivative(1.0), 2, **PLAIN)
    kernel = dense(stax, nt, sgntk.Sign(), ErfDerivative(1.0))[2]
    x1, x2 = jnp.asarray(X1), jnp.asarray(X2[:2])
    back = kernel(x2, x1, "ntk")
    np.testing.assert_allclose(back, sgntk.sg_ntk(arch, X2[:2], X1), rtol=1e-10)
    assert np.max(np.abs(back.T / kernel(x1, x2, "ntk") - 1)) > 0.05


@pytest.mark.usefixtures("x64")
def test_flags_jit_and_batch_change_nothing(stax, nt):
    kernel = convolutional(stax, nt, sgntk.Sign(), ErfDerivative(1.0))[2]
    x1, x2 = jnp.asarray(IMAGES1), jnp.asarray(IMAGES2)
    plain = kernel(x1, x2, ("nngp", "ntk"))
    full = kernel(x1, x2, ("nngp", "ntk", "cov1", "cov2"), diagonal_batch=False)
    for field in ("nngp", "ntk"):
        np.testing.assert_allclose(getattr(full, field), getattr(plain, field), rtol=1e-10)
    assert full.cov1.shape == (3, 3)
    np.testing.assert_allclose(full.cov1, kernel(x1, None, "nngp"), rtol=1e-6)  # the diagonal: the root of rounding
    np.testing.assert_allclose(jax.jit(kernel, static_argnums=2)(x1, x2, "ntk"), plain.ntk, rtol=1e-10)
    np.testing.assert_allclose(nt.batch(kernel, batch_size=1)(x1, x2, "ntk"), plain.ntk, rtol=1e-10)
    square = kernel(x1, None, "ntk")
    np.testing.assert_allclose(nt.batch(kernel, batch_size=1)(x1, None, "ntk"), square, rtol=1e-6)
    assert np.max(np.abs(square / square.T - 1)) > 0.01
    assert kernel(x1, x2, "nngp").shape == (3, 2)


@pytest.mark.slow
@pytest.mark.usefixtures("x64", "optimized")
def test_convolutional_kernel_against_wide_networks(stax, nt):
    """`J(x1) J~(x2)^T` of networks that are wide, with one reverse and one forward pass a column."""
    activation, surrogate = sgntk.Erf(2.0), ErfDerivative(0.7)
    init, learn, kernel = convolutional(stax, nt, activation, surrogate, channels=128)
    true = convolutional(stax, nt, activation, None, channels=128)[1]
    x1, x2 = jnp.asarray(IMAGES1), jnp.asarray(IMAGES2)

    def empirical(key):
        params = init(key, (-1, 4, 4, 2))[1]

        def column(point):
            gradient = jax.grad(lambda p: learn(p, point[None])[0, 0])(params)
            return jax.jvp(lambda p: true(p, x1), (params,), (gradient,))[1][:, 0]

        return jax.lax.map(column, x2).T

    samples = np.asarray(jax.lax.map(empirical, jax.random.split(jax.random.PRNGKey(0), 16)))
    mean, error = samples.mean(0), samples.std(0) / np.sqrt(16)
    expected = np.asarray(kernel(x1, x2, "ntk"))
    # Four standard errors, and the finite width's bias of order 1/128.
    assert np.all(np.abs(mean - expected) < 4 * error + expected / 128 * 2)
    assert np.all(error < 0.05 * expected)
    other = np.asarray(kernel(x2, x1, "ntk")).T
    assert np.any(np.abs(mean - other) > 5 * error)  # the arguments' order is told apart


@pytest.mark.filterwarnings("ignore:`FanIn` layers assume independent inputs")
def test_residual_connection(stax, nt):
    block = nt.stax.serial(stax.SurrogateActivation(sgntk.Erf(2.0), ErfDerivative(1.0)), nt.stax.Dense(1, 1.3, 0.4))
    residual = nt.stax.serial(
        nt.stax.Dense(1, 1.3, 0.4), nt.stax.FanOut(2), nt.stax.parallel(block, nt.stax.Identity()), nt.stax.FanInSum()
    )
    x = jnp.asarray(X1, jnp.float32)
    first = nt.stax.Dense(1, 1.3, 0.4)[2](x, None, "ntk")
    branch = nt.stax.serial(nt.stax.Dense(1, 1.3, 0.4), block)[2](x, None, "ntk")
    np.testing.assert_allclose(residual[2](x, None, "ntk"), first + branch, rtol=1e-5)


def test_apply_is_differentiated_with_the_surrogate(stax):
    apply = stax.SurrogateActivation(sgntk.Sign(), ErfDerivative(0.8))[1]
    z = jnp.array([-1.0, 0.2, 3.0])
    np.testing.assert_array_equal(apply((), z), [-1, 1, 1])
    gradient = jax.grad(lambda z: apply((), z).sum())(z)
    np.testing.assert_allclose(gradient, ErfDerivative(0.8)(z), rtol=1e-6)


def test_what_is_not_supported_raises(stax, nt):
    with pytest.raises(ValueError, match="give the Architecture a surrogate"):
        stax.SurrogateActivation(sgntk.Sign())
    twice = stax.SurrogateActivation(sgntk.Sign(), ErfDerivative(1.0))
    kernel = nt.stax.serial(nt.stax.Dense(1), twice, twice)[2]
    with pytest.raises(ValueError, match=r"^SurrogateActivation: its input must be Gaussian"):
        kernel(jnp.asarray(X1, jnp.float32), None, "ntk")
    masked = nt.stax.serial(nt.stax.Dense(1), twice)[2]
    with pytest.raises(ValueError, match=r"^SurrogateActivation: masked inputs are not supported"):
        masked(jnp.asarray(X1, jnp.float32), None, "ntk", mask_constant=0.0)


# --- over time ---

SEQUENCES1 = RNG.normal(size=(3, 4, 2))
SEQUENCES2 = np.concatenate([RNG.normal(size=(1, 4, 2)), SEQUENCES1[1:2]])


def spiking(stax, nt, leak, threshold, surrogate):
    layers = [
        layer
        for _ in range(2)
        for layer in (
            nt.stax.Dense(1, 1.3, 0.4),
            stax.LeakyIntegrator(leak),
            stax.SurrogateActivation(sgntk.Heaviside(threshold), surrogate),
        )
    ]
    return nt.stax.serial(*layers, nt.stax.Dense(1, 1.3, 0.4), nt.stax.GlobalAvgPool())


@pytest.mark.usefixtures("x64")
@pytest.mark.parametrize(
    "x2", [pytest.param(None, id="square", marks=pytest.mark.slow), pytest.param(SEQUENCES2, id="rectangular")]
)
def test_dense_spiking_kernels_are_those_of_the_recursion(stax, nt, x2):
    surrogate = ErfDerivative(1.5)
    arch = sgntk.SpikingArchitecture(surrogate, 0.4, 0.7, **PLAIN)
    kernel = spiking(stax, nt, 0.7, 0.4, surrogate)[2](
        jnp.asarray(SEQUENCES1), None if x2 is None else jnp.asarray(x2), ("nngp", "ntk")
    )
    nngp, sg_ntk = sgntk.nngp(arch, SEQUENCES1, x2), sgntk.sg_ntk(arch, SEQUENCES1, x2)
    equal = (SEQUENCES1[:, None] == (SEQUENCES1 if x2 is None else x2)[None]).all(axis=(2, 3))
    np.testing.assert_allclose(np.asarray(kernel.nngp)[~equal], nngp[~equal], rtol=1e-11)
    np.testing.assert_allclose(np.asarray(kernel.ntk)[~equal], sg_ntk[~equal], rtol=1e-10)
    # Of two equal points neural-tangents knows no more than a + b - 2c: a probability then is off by the root of what
    # rounding leaves of that, 1e-8 after the first layer and 1e-4 after the second.
    np.testing.assert_allclose(kernel.nngp, nngp, rtol=1e-4)
    np.testing.assert_allclose(kernel.ntk, sg_ntk, rtol=1e-3)


def convolutional_spiking(stax, nt, channels=1):
    return nt.stax.serial(
        nt.stax.Conv(channels, (1, 3, 3), padding="SAME", W_std=1.3, b_std=0.4),
        stax.LeakyIntegrator(0.7),
        stax.SurrogateActivation(sgntk.Heaviside(0.4), ErfDerivative(1.5)),
        nt.stax.Conv(channels, (1, 3, 3), padding="SAME", W_std=1.3, b_std=0.4),
        stax.LeakyIntegrator(0.5),
        stax.SurrogateActivation(sgntk.Heaviside(0.4), ErfDerivative(1.5)),
        nt.stax.GlobalAvgPool(),
        nt.stax.Dense(1, 1.3, 0.4),
    )


@pytest.mark.slow
def test_convolutional_spiking_networks_have_the_nngp_of_the_composition(stax, nt):
    x = jnp.asarray(RNG.normal(size=(2, 3, 4, 4, 1)), jnp.float32)
    kernel = convolutional_spiking(stax, nt)[2](x, None, "nngp")
    init_fn, apply_fn, _ = convolutional_spiking(stax, nt, channels=64)
    keys = jax.random.split(jax.random.PRNGKey(3), 600)
    outputs = jax.jit(lambda keys: jax.lax.map(lambda key: apply_fn(init_fn(key, x.shape)[1], x)[:, 0], keys))(keys)
    found = np.asarray(outputs.T @ outputs / len(keys))
    # Four standard errors of the covariance of 600 draws, and 1/64 for the finite number of channels.
    error = np.sqrt((kernel**2 + np.outer(np.diag(kernel), np.diag(kernel))) / len(keys))
    assert np.all(np.abs(found - kernel) < 4 * error + kernel / 64)


@pytest.mark.slow
@pytest.mark.usefixtures("x64")
def test_convolutions_of_one_pixel_are_dense(stax, nt):
    conv = convolutional_spiking(stax, nt)[2](
        jnp.asarray(SEQUENCES1[:, :, None, None]), jnp.asarray(SEQUENCES2[:, :, None, None]), ("nngp", "ntk")
    )
    # Of a filter's nine weights eight see nothing, and the variance is a ninth.
    arch = sgntk.SpikingArchitecture(ErfDerivative(1.5), 0.4, (0.7, 0.5), sigma_w=1.3 / 3, sigma_b=0.4)
    readout = 1.3**2 - 1.3**2 / 9
    spikes = (sgntk.nngp(arch, SEQUENCES1, SEQUENCES2) - 0.4**2) / (1.3 / 3) ** 2
    np.testing.assert_allclose(conv.nngp, sgntk.nngp(arch, SEQUENCES1, SEQUENCES2) + readout * spikes, rtol=3e-8)


def test_the_leaky_integrator_is_the_sum_that_it_says(stax):
    _, apply_fn, _ = stax.LeakyIntegrator(0.5)
    x = np.random.default_rng(0).normal(size=(2, 3, 2)).astype(np.float32)
    u0, u1 = x[:, 0], 0.5 * x[:, 0] + x[:, 1]
    np.testing.assert_allclose(apply_fn((), jnp.asarray(x)), np.stack([u0, u1, 0.5 * u1 + x[:, 2]], axis=1), rtol=1e-5)
    gradient = jax.grad(lambda leak: jnp.sum(stax.LeakyIntegrator(leak)[1]((), jnp.asarray(x))))(0.5)
    np.testing.assert_allclose(gradient, np.sum(x[:, 0] + x[:, 0] + x[:, 1]), rtol=1e-5)  # 2 leak = 1


@pytest.mark.parametrize("leak", [-0.1, 1.5])
def test_leaks_are_shares(stax, leak):
    with pytest.raises(ValueError, match=r"^LeakyIntegrator: leak must"):
        stax.LeakyIntegrator(leak)
