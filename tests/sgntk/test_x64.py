"""Every public function in JAX's x64 mode, and with `np.float64` for every number: the same values and dtypes."""

import importlib
import inspect
from dataclasses import fields, is_dataclass

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import sgntk
from sgntk import activations, dynamics, libraries, plot, prediction, spiking, surrogates
from sgntk._compat import enable_x64

RNG = np.random.default_rng(7)
X, Y, X_TEST = RNG.normal(size=(4, 2)), RNG.normal(size=4), RNG.normal(size=(2, 2))
SEQUENCES = RNG.normal(size=(2, 3, 2))
KEYS = np.asarray(sgntk.split_keys(0, 2))
Z = np.linspace(-1.55, 1.55, 8, dtype=np.float32)
MATRIX = np.array([[2.0, 0.5], [0.1, 1.0]])


def network(of):
    """Of every number of an architecture, in the type `of`."""
    numbers = {name: of(value) for name, value in {"sigma_w": 1.3, "sigma_b": 0.4, "output_scale": 0.7}.items()}
    return sgntk.Architecture(sgntk.Erf(of(1.7)), surrogates.Arctangent(of(2.0), height=of(0.8)), 1, **numbers)


def sign_network(of):
    return sgntk.Architecture(sgntk.Sign(), surrogates.ErfDerivative(of(1.2)), 2, of(1.3), of(0.4), of(0.7))


def spiking_network(of):
    neuron = spiking.Neuron(surrogates.Gaussian(of(0.6)), of(0.8), of(0.5), gain=of(1.2))
    return neuron.architecture(hidden_layers=1, sigma_w=of(1.1), sigma_b=of(0.2), recurrence=of(0.3))


def smooth_spikes(of):
    return sgntk.SpikingArchitecture(surrogates.Gaussian(of(0.6)), of(0.5), of(0.8), hidden_layers=1, steepness=of(3.0))


def params_of(arch, **others):
    return sgntk.init(arch, KEYS[0], width=3, input_dim=2, **others)


def train(arch, of, x=X, **others):
    run = sgntk.train_ensemble(
        arch, KEYS, x, Y[: len(x)], width=3, learning_rate=of(0.1), steps=2, largest_loss=of(1e5), **others
    )
    return run.params, run.records


def finite(function, of):
    """Of a function of an architecture, its parameters and inputs, for both kinds of networks."""
    kinds = (network(of), X), (smooth_spikes(of), SEQUENCES)
    return [function(arch, params_of(arch), jnp.asarray(x, jnp.float32)) for arch, x in kinds]


def predictions(of):
    common = network(of), X, Y, X_TEST
    at_once = sgntk.predict(*common, steps=5, learning_rate=of(0.1), ridge=of(0.2), kernel="ntk")
    return at_once, sgntk.predict(*common, compute="mean", f0=(np.float32(Y), np.float32(X_TEST[:, 0])))


def spectra(of):
    spectrum = dynamics.spectrum(network(of), X, kernel="ntk")
    steps = spectrum.steps_to_learn(of(0.1), of(0.3)), spectrum.factors(of(0.1)), spectrum.coefficients(Y)
    return spectrum.eigenvalues, spectrum.largest_learning_rate, steps


def with_slope(of):
    spike = sgntk.with_surrogate(sgntk.Heaviside(of(0.1)), surrogates.Triangle(of(0.5)))
    return spike(jnp.asarray(Z)), jax.vmap(jax.grad(spike))(jnp.asarray(Z))


def picture(draw):
    """The numbers of a plot's lines and images."""
    figure = plot._axes(None).figure
    draw(figure.axes[0])
    lines = [np.asarray(line.get_xydata(), np.float64) for line in figure.axes[0].get_lines()]
    images = [np.asarray(image.get_array()) for image in figure.axes[0].get_images()]
    importlib.import_module("matplotlib.pyplot").close(figure)
    return lines, images


CALLS = {
    "apply": lambda of: finite(sgntk.apply, of),
    "empirical_ntk": lambda of: finite(sgntk.empirical_ntk, of),
    "empirical_sg_ntk": lambda of: finite(sgntk.empirical_sg_ntk, of),
    "init": lambda of: [params_of(network(of)), params_of(spiking_network(of), outputs=2)],
    "nngp": lambda of: [sgntk.nngp(network(of), X, X_TEST), sgntk.nngp(spiking_network(of), SEQUENCES)],
    "ntk": lambda of: sgntk.ntk(network(of), X, X_TEST),
    "predict": predictions,
    "sg_ntk": lambda of: [sgntk.sg_ntk(network(of), X, X_TEST), sgntk.sg_ntk(spiking_network(of), SEQUENCES)],
    "split_keys": lambda of: sgntk.split_keys(3, 2),
    "train_ensemble": lambda of: [
        train(network(of), of),
        train(sign_network(of), of, method="incremental"),
        train(spiking_network(of), of, x=SEQUENCES),
    ],
    "with_surrogate": with_slope,
    "dynamics.depth_map": lambda of: [
        dynamics.depth_map(network(of), variance=of(1.5)),
        dynamics.depth_map(spiking_network(of), variance=of(1.5), steps=3),
    ],
    "dynamics.learning_rate_equivalents": lambda of: dynamics.learning_rate_equivalents(
        {"one": network(of), "other": sign_network(of)}, X, learning_rate=of(0.1)
    ),
    "dynamics.spectrum": spectra,
    "dynamics.spectrum_of": lambda of: dynamics.spectrum_of(MATRIX).eigenvalues,
    "dynamics.transient_growth": lambda of: dynamics.transient_growth(MATRIX, of(0.1)),
    "plot.kernel": lambda of: picture(lambda ax: plot.kernel(MATRIX, ax)),
    "plot.posterior": lambda of: picture(
        lambda ax: plot.posterior(X_TEST[:, 0], prediction.Posterior(Y[:2], Y[:2] ** 2), X[:, 0], Y, ax)
    ),
    "plot.spectrum": lambda of: picture(lambda ax: plot.spectrum(dynamics.spectrum_of(MATRIX), ax)),
    "plot.surrogate": lambda of: picture(
        lambda ax: plot.surrogate(surrogates.Box(of(0.5)), sgntk.Heaviside(of(0.2)), of(2.1), ax)
    ),
    "prediction.coefficients_after": lambda of: prediction.coefficients_after(
        MATRIX, Y[: len(MATRIX)], steps=7, learning_rate=of(0.2), ridge=of(0.2)
    ),
    "prediction.converged_weights": lambda of: prediction.converged_weights(MATRIX, MATRIX[:1], ridge=of(0.2)),
    "prediction.weights_after": lambda of: prediction.weights_after(
        MATRIX, MATRIX[:1], steps=3, learning_rate=of(0.1), ridge=of(0.2)
    ),
    "spiking.nngp_over_time": lambda of: spiking.nngp_over_time(spiking_network(of), SEQUENCES),
    "spiking.nngp_with_reset": lambda of: spiking.nngp_with_reset(
        spiking_network(of), KEYS[0], SEQUENCES, width=4, count=2
    ),
    "spiking.sg_ntk_over_time": lambda of: spiking.sg_ntk_over_time(spiking_network(of), SEQUENCES),
    "spiking.spikes": lambda of: spiking.spikes(
        spiking_network(of), params_of(spiking_network(of)), jnp.asarray(SEQUENCES, jnp.float32)
    ),
    "surrogates.mean_by_quadrature": lambda of: surrogates.mean_by_quadrature(
        surrogates.Laplace(of(1.2)), jnp.asarray(abs(Z))
    ),
    "surrogates.quadrature_error": lambda of: surrogates.quadrature_error(surrogates.Laplace(of(1.2)), np.ones(1))[0],
}
FLOAT32 = {
    "apply",
    "empirical_ntk",
    "empirical_sg_ntk",
    "init",
    "spiking.spikes",
    "surrogates.mean_by_quadrature",
    "train_ensemble",
    "with_surrogate",
}
"""In the dtype of weights or of what they are called with; all others give float64 (spectra complex, keys uint32)."""


def leaves(tree):
    if is_dataclass(tree) and not isinstance(tree, sgntk.prediction.Posterior):
        tree = [getattr(tree, field.name) for field in fields(tree)]
    if isinstance(tree, list | tuple):
        return [leaf for part in tree for leaf in leaves(part)]
    return [np.asarray(leaf) for leaf in jax.tree.leaves(tree)]


@pytest.mark.parametrize("name", CALLS)
def test_the_same_in_x64_mode_and_with_numbers_of_numpy(name):
    expected = leaves(CALLS[name](float))
    with enable_x64():
        found = leaves(CALLS[name](np.float64))
    assert expected
    for mine, plain in zip(found, expected, strict=True):
        assert mine.dtype == plain.dtype
        if mine.dtype.kind == "f":
            assert mine.dtype == (np.float32 if name in FLOAT32 else np.float64)
        # float32: some dozen operations on numbers of order 1.
        np.testing.assert_allclose(mine, plain, rtol=1e-5, atol=1e-6)


def functions_of(module, prefix=""):
    names = getattr(module, "__all__", None) or [name for name in vars(module) if not name.startswith("_")]
    members = {prefix + name: getattr(module, name) for name in names}
    return {
        name for name, value in members.items() if inspect.isfunction(value) and value.__module__.startswith("sgntk")
    }


def test_every_public_function_is_here():
    modules = {"dynamics": dynamics, "plot": plot, "prediction": prediction, "spiking": spiking}
    found = functions_of(sgntk) | functions_of(surrogates, "surrogates.") | functions_of(activations, "activations.")
    for name, module in modules.items():
        found |= functions_of(module, f"{name}.")
    assert found - {"prediction.predict"} == CALLS.keys()


# --- every surrogate by its constructor in other libraries, and every activation: all numbers are those of NumPy ---

NOT_SURROGATES = {"Leaky", "LIFNode", "LIFBox", "LIF", "MultiLevelSpikeCount"}
CONSTRUCTORS = {
    f"{library}.{name}": constructor
    for library in libraries.__all__
    for name, constructor in inspect.getmembers(getattr(libraries, library), inspect.isfunction)
    if name not in NOT_SURROGATES
}


@pytest.mark.parametrize("name", CONSTRUCTORS)
def test_surrogates_keep_float32(name):
    defaults = {key: part.default for key, part in inspect.signature(CONSTRUCTORS[name]).parameters.items()}
    numbers = {key: np.float64(value) for key, value in defaults.items() if isinstance(value, float)}
    expected = CONSTRUCTORS[name]()(jnp.asarray(Z))
    with enable_x64():
        surrogate = CONSTRUCTORS[name](**numbers)
        found = surrogate(jnp.asarray(Z))
        assert surrogate == CONSTRUCTORS[name]()
    assert found.dtype == expected.dtype == jnp.float32
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.usefixtures("x64")
def test_activations_keep_float32():
    one, half = np.float64(1.0), np.float64(0.5)
    for activation in (
        activations.Custom(jnp.tanh),
        sgntk.Erf(one),
        sgntk.HardTanh(),
        sgntk.Heaviside(half),
        sgntk.Identity(),
        sgntk.Quantizer((half, one), (one, half), half),
        sgntk.ReLU(),
        sgntk.Sign(),
    ):
        assert activation(jnp.asarray(Z)).dtype == jnp.float32


def test_neurons_take_numbers_of_numpy():
    number = np.float64(0.9)
    assert libraries.snntorch.Leaky(number).architecture() == libraries.snntorch.Leaky(0.9).architecture()
    assert (
        libraries.spikingjelly.LIFNode(2 * number).architecture() == libraries.spikingjelly.LIFNode(1.8).architecture()
    )
    assert libraries.norse.LIFBox(v_th=number).architecture() == libraries.norse.LIFBox(v_th=0.9).architecture()
    assert libraries.spyx.LIF(number).architecture() == libraries.spyx.LIF(0.9).architecture()


def test_layers_of_neural_tangents(stax):
    def values(of):
        spikes = stax.SurrogateActivation(sgntk.Sign(), surrogates.Gaussian(of(0.8)))[1]
        integrated = stax.LeakyIntegrator(of(0.5))[1]((), jnp.asarray(SEQUENCES, jnp.float32))
        arch = sgntk.Architecture(sgntk.Erf(of(1.7)), None, 1, of(1.3), of(0.4), of(0.7))
        first, last = params_of(arch)
        output = stax.serial(arch, 3)[1]([tuple(first), (), tuple(last)], jnp.asarray(X, jnp.float32))
        return [spikes((), jnp.asarray(Z)), integrated, output]

    assert stax.__all__ == ["LeakyIntegrator", "SurrogateActivation", "serial"]
    expected = values(float)
    with enable_x64():
        found = values(np.float64)
    for mine, plain in zip(found, expected, strict=True):
        np.testing.assert_allclose(mine, plain, rtol=1e-5, atol=1e-6)
