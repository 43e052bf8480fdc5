"""The description of a network rejects what is none."""

import dataclasses
import math

import pytest

import sgntk
from sgntk import surrogates


def test_defaults_are_those_documented():
    arch = sgntk.Architecture(sgntk.Erf(2.0))
    assert (arch.surrogate, arch.hidden_layers, arch.sigma_w, arch.sigma_b, arch.output_scale) == (None, 2, 1, 0, 1)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("sigma_w", 0.0, "a finite number > 0"),
        ("sigma_w", -1.0, "a finite number > 0"),
        ("sigma_w", math.nan, "a finite number > 0"),
        ("sigma_b", -0.1, "a finite number >= 0"),
        ("sigma_b", math.inf, "a finite number >= 0"),
        ("output_scale", 0.0, "a finite number > 0"),
        ("hidden_layers", 0, "a whole number >= 1"),
        ("hidden_layers", 1.5, "a whole number >= 1"),
        ("hidden_layers", True, "a whole number >= 1"),
        ("sigma_w", "1", "a finite number > 0"),
    ],
)
@pytest.mark.usefixtures("annotations_unchecked")
def test_numbers_out_of_range(name, value, expected):
    with pytest.raises(ValueError, match=f"^Architecture: {name} must be {expected}; got ") as caught:
        sgntk.Architecture(sgntk.Erf(2.0), **{name: value})
    assert str(caught.value).endswith(f"got {value!r}")


@pytest.mark.parametrize("activation", ["sign", sgntk.Sign, surrogates.StraightThrough(), None])
@pytest.mark.usefixtures("annotations_unchecked")
def test_activation_of_another_kind(activation):
    with pytest.raises(TypeError, match=r"^Architecture: activation must be an Activation, .*; got ") as caught:
        sgntk.Architecture(activation)
    assert str(caught.value).endswith(repr(activation))


@pytest.mark.parametrize("surrogate", ["straight_through", surrogates.StraightThrough, sgntk.Erf(1.0), 1.0])
@pytest.mark.usefixtures("annotations_unchecked")
def test_surrogate_of_another_kind(surrogate):
    with pytest.raises(TypeError, match=r"^Architecture: surrogate must be a Surrogate, .*; got ") as caught:
        sgntk.Architecture(sgntk.Erf(1.0), surrogate)
    assert str(caught.value).endswith(repr(surrogate))


def test_effective_surrogate_is_the_surrogate_or_the_activations_own():
    surrogate = surrogates.StraightThrough()
    assert sgntk.Architecture(sgntk.Erf(3.0), surrogate).effective_surrogate is surrogate
    assert sgntk.Architecture(sgntk.Erf(3.0)).effective_surrogate == surrogates.ErfDerivative(3.0)
    assert sgntk.Architecture(sgntk.Sign()).effective_surrogate == surrogates.SignDerivative()


def test_equal_descriptions_share_compiled_functions():
    first, second = (sgntk.Architecture(sgntk.Erf(2.0), surrogates.ErfDerivative(1.0), 3) for _ in range(2))
    assert first == second
    assert hash(first) == hash(second)
    assert first != dataclasses.replace(first, sigma_b=0.5)


def test_frozen():
    arch = sgntk.Architecture(sgntk.Sign())
    with pytest.raises(dataclasses.FrozenInstanceError):
        arch.sigma_w = 2.0


# --- layers of their own ---


def test_layers_take_over_what_they_do_not_set():
    own = sgntk.Layer(2.0, 1.5, 0.3, sgntk.Heaviside(0.4), surrogates.Box(1.0))
    arch = sgntk.Architecture(sgntk.Erf(2.0), surrogates.ErfDerivative(1.0), [own, sgntk.Layer()], 1.2, 0.1)
    first, second = arch.layers
    assert (first.sigma_w, first.sigma_b, first.activation) == (1.5, 0.3, sgntk.Heaviside(0.4))
    assert first.surrogate == surrogates.Shifted(surrogates.Box(1.0), 0.4)
    assert (second.sigma_w, second.sigma_b, second.activation) == (1.2, 0.1, sgntk.Erf(2.0))
    assert second.surrogate == surrogates.ErfDerivative(1.0)
    assert arch.depth == 2
    assert arch.widths(30) == (60, 30)
    assert sgntk.Architecture(sgntk.Erf(2.0), None, [sgntk.Layer(0.01)]).widths(10) == (1,)


def test_a_number_of_layers_is_as_many_equal_ones():
    number, sequence = (
        sgntk.Architecture(sgntk.Erf(2.0), hidden_layers=n) for n in (2, [sgntk.Layer(), sgntk.Layer()])
    )
    assert number.layers == sequence.layers
    assert hash(sequence) != hash(number)


def test_exact_drops_every_surrogate():
    layer = sgntk.Layer(activation=sgntk.ReLU(), surrogate=surrogates.Box(1.0))
    exact = sgntk.Architecture(sgntk.Erf(2.0), surrogates.Box(1.0), [layer, sgntk.Layer()]).exact
    assert [layer.surrogate for layer in exact.layers] == [sgntk.ReLU().derivative, surrogates.ErfDerivative(2.0)]


@pytest.mark.parametrize("layers", [[], [2], (sgntk.Layer(), None)])
@pytest.mark.usefixtures("annotations_unchecked")
def test_layers_of_another_kind(layers):
    with pytest.raises(TypeError, match=r"^Architecture: hidden_layers must be a whole number >= 1, or a sequence of "):
        sgntk.Architecture(sgntk.Erf(2.0), None, layers)


@pytest.mark.parametrize(("name", "value"), [("width", 0.0), ("sigma_w", -1.0), ("sigma_b", math.nan)])
def test_layers_with_numbers_out_of_range(name, value):
    with pytest.raises(ValueError, match=f"^Layer: {name} must be a finite number "):
        sgntk.Layer(**{name: value})


@pytest.mark.usefixtures("annotations_unchecked")
def test_layer_with_an_activation_of_another_kind():
    with pytest.raises(TypeError, match=r"^Layer: activation must be an Activation"):
        sgntk.Layer(activation="sign")
