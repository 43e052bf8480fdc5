"""The same networks in neural-tangents, an independent implementation to compare with.

The one module that imports neural_tangents. That package imports TensorFlow for its `experimental` module alone, which
nothing here uses: an empty module in its place spares the import, and TensorFlow need not be installed.
"""

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import jax

from sgntk.activations import Erf, Sign
from sgntk.architecture import Architecture
from sgntk.validation import check_count

sys.modules.setdefault("neural_tangents.experimental", ModuleType("neural_tangents.experimental"))
try:
    from neural_tangents import stax
except (ImportError, AttributeError) as error:
    raise ImportError(
        "sgntk.stax needs neural-tangents, whose last release, 0.6.5, imports with jax up to 0.5.3; this is jax "
        f"{jax.__version__}. pip install 'sgntk[neural-tangents]' installs both"
    ) from error

Triple = tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any]]


def serial(arch: Architecture, width: int) -> Triple:
    """The network as neural-tangents' `stax.serial(Dense, activation, ..., Dense)` (Novak et al. 2020).

    With `Dense(n, W_std, b_std)` in NTK parametrization, `z -> W_std/sqrt(n_in) W z + b_std b`, the output

        f(x) = kappa h^L(x) = kappa sigma_w/sqrt(n) W^L act(h^{L-1}(x)) + kappa sigma_b b^L

    is a Dense layer with `W_std = kappa sigma_w` and `b_std = kappa sigma_b`: `output_scale` needs no layer of its own.

    neural-tangents knows no surrogates: its tangent kernels are those of gradient descent, with 0 for the derivative of
    sign, so that its NTK of a sign network is that of the last layer alone.

    Args:
        arch: the network; its surrogate plays no part.
        width: number of units in each hidden layer; the infinite-width kernels do not depend on it.

    Returns:
        neural-tangents' `(init_fn, apply_fn, kernel_fn)`.

    Raises:
        ValueError: if neural-tangents has no counterpart of the activation here, or the width is not a whole number
            above 0.
    """
    check_count("serial", width=width)
    hidden = [
        layer
        for _ in range(arch.hidden_layers)
        for layer in (stax.Dense(width, arch.sigma_w, arch.sigma_b), _activation(arch))
    ]
    kappa = arch.output_scale
    return stax.serial(*hidden, stax.Dense(1, kappa * arch.sigma_w, kappa * arch.sigma_b))


def _activation(arch: Architecture) -> Triple:
    match arch.activation:
        case Erf(m):
            return stax.Erf(b=m)
        case Sign():
            return stax.Sign()
    raise ValueError(f"serial: activation must be Erf or Sign; got {arch.activation!r}")
