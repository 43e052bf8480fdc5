"""Surrogates and neurons of snnTorch, SpikingJelly, Norse and Spyx, by their names there and with their defaults.

    from sgntk.libraries import snntorch
    surrogate = snntorch.fast_sigmoid()      # 1/(1 + 25 |z|)^2
    arch = snntorch.Leaky(beta=0.9, spike_grad=surrogate).architecture(sigma_w=2.0, reset="none")

Each docstring gives the formula as that library's source has it; z is the membrane potential less its threshold. The
same name stands for other heights, slopes and areas in different libraries. None of them is needed or imported here.
"""

import math
from typing import Literal

from sgntk.spiking import Neuron
from sgntk.surrogates import (
    Arctangent,
    Box,
    Gaussian,
    Laplace,
    LeakyBox,
    SechSquared,
    SigmoidDerivative,
    StraightThrough,
    SuperSpike,
    Surrogate,
    Triangle,
)

__all__ = ["norse", "snntorch", "spikingjelly", "spyx"]


class snntorch:
    """`snntorch.surrogate` (jeshraghian/snntorch, `snntorch/surrogate.py` at 01bcac7).

    Left out: those that are not centred at the threshold (`spike_rate_escape`, `SFS`), not symmetric (`LSO`,
    `heaviside`), random (`SSO`), or unlike their description (`triangular`, which is plus or minus the threshold).
    """

    @staticmethod
    def straight_through_estimator() -> StraightThrough:
        """`1`."""
        return StraightThrough()

    @staticmethod
    def fast_sigmoid(slope: float = 25.0) -> SuperSpike:
        """`1 / (1 + slope |z|)^2`."""
        return SuperSpike(slope)

    @staticmethod
    def atan(alpha: float = 2.0) -> Arctangent:
        """`(alpha/2) / (1 + (pi alpha z/2)^2)`: what is run; the documentation's formula has `1/pi` for `alpha/2`."""
        return Arctangent(math.pi * alpha / 2, height=alpha / 2)

    @staticmethod
    def sigmoid(slope: float = 25.0) -> SigmoidDerivative:
        """`slope exp(-slope z) / (1 + exp(-slope z))^2`."""
        return SigmoidDerivative(slope, normalize="area")

    @staticmethod
    def Leaky(
        beta: float,
        threshold: float = 1.0,
        spike_grad: Surrogate | None = None,
        reset_mechanism: Literal["subtract", "zero", "none"] = "subtract",
    ) -> Neuron:
        """`mem = beta mem + input - reset threshold`, and a spike where `mem > threshold`; `spike_grad` is `atan()`.

        `reset`, 1 where the last `mem` was above the threshold, is detached. With "zero", `mem` counts as 0 where it
        is. (`_neurons/leaky.py` at 0110f9f, `_neurons/neurons.py` at 01bcac7; compared with release 1.0.0 as it runs.)
        """
        return Neuron(spike_grad or snntorch.atan(), beta, threshold, reset_mechanism)


class spikingjelly:
    """`spikingjelly.activation_based.surrogate` (fangwei123456/spikingjelly, that file at 06d2d77).

    Left out: what has no counterpart in `sgntk.surrogates` (`NonzeroSignLogAbs`, `SquarewaveFourierSeries`, `S2NN`),
    and what comes after these in that file.
    """

    @staticmethod
    def PiecewiseQuadratic(alpha: float = 1.0) -> Triangle:
        """`alpha - alpha^2 |z|` where `|z| <= 1/alpha`, else 0."""
        return Triangle(1 / alpha, height=alpha)

    @staticmethod
    def PiecewiseExp(alpha: float = 1.0) -> Laplace:
        """`alpha/2 exp(-alpha |z|)`."""
        return Laplace(alpha, height=alpha / 2)

    @staticmethod
    def Sigmoid(alpha: float = 4.0) -> SigmoidDerivative:
        """`alpha (1 - sigmoid(alpha z)) sigmoid(alpha z)`."""
        return SigmoidDerivative(alpha, height=alpha / 4)

    @staticmethod
    def SoftSign(alpha: float = 2.0) -> SuperSpike:
        """`alpha / (2 (1 + |alpha z|)^2)`."""
        return SuperSpike(alpha, height=alpha / 2)

    @staticmethod
    def ATan(alpha: float = 2.0) -> Arctangent:
        """`alpha / (2 (1 + (pi alpha z/2)^2))`."""
        return Arctangent(math.pi * alpha / 2, height=alpha / 2)

    @staticmethod
    def Erf(alpha: float = 2.0) -> Gaussian:
        """`alpha/sqrt(pi) exp(-alpha^2 z^2)`."""
        return Gaussian(1 / (math.sqrt(2) * alpha), height=alpha / math.sqrt(math.pi))

    @staticmethod
    def PiecewiseLeakyReLU(w: float = 1.0, c: float = 0.01) -> LeakyBox:
        """`1/w` where `|z| < w`, else `c`."""
        return LeakyBox(w, c, height=1 / w)

    @staticmethod
    def LIFNode(
        tau: float = 2.0,
        decay_input: bool = True,
        v_threshold: float = 1.0,
        surrogate_function: Surrogate | None = None,
    ) -> Neuron:
        """`v = v + (x - v)/tau`, or with `decay_input=False` `v = v - v/tau + x`; `surrogate_function` is `Sigmoid()`.

        After a spike `v` is 0, the default `v_reset`. There the reset is differentiated unless `detach_reset=True`, and
        here it is not. (`neuron/lif.py` at 00f0fa5, `neuron/base_node.py` at 0257895.)
        """
        gain = 1 / tau if decay_input else 1.0
        return Neuron(surrogate_function or spikingjelly.Sigmoid(), 1 - 1 / tau, v_threshold, "zero", gain)


class norse:
    """`norse.torch.functional.threshold` (norse/norse, `threshold.py` at 132f86e, `superspike.py` at 050746c).

    The default `alpha` is that of the neurons' parameters (`LIFParameters`, `lif.py` at 04312dc), whose default method
    is `super`. Left out: `circ`, which has no counterpart in `sgntk.surrogates`, and `logistic`, which is random.
    """

    @staticmethod
    def super(alpha: float = 100.0) -> SuperSpike:
        """`1 / (alpha |z| + 1)^2`."""
        return SuperSpike(alpha)

    @staticmethod
    def tanh(alpha: float = 100.0) -> SechSquared:
        """`1 - (tanh of alpha z)^2`."""
        return SechSquared(alpha)

    @staticmethod
    def tent(alpha: float = 100.0) -> Triangle:
        """`alpha max(0, 1 - |z|)`: here `alpha` is the height, and the width is fixed."""
        return Triangle(1.0, height=alpha)

    @staticmethod
    def erfc(alpha: float = 100.0) -> Gaussian:
        """`2/sqrt(pi) exp(-alpha^2 z^2)` (`HeaviErfc`): the height does not grow with `alpha`, unlike that of erf'."""
        return Gaussian(1 / (math.sqrt(2) * alpha), height=2 / math.sqrt(math.pi))

    @staticmethod
    def LIFBox(
        tau_mem_inv: float = 100.0, v_th: float = 1.0, method: Surrogate | None = None, dt: float = 0.001
    ) -> Neuron:
        """`v = v + dt tau_mem_inv (input - v)`; `method` is `super()`. After a spike `v` is 0, the default `v_reset`.

        There the reset is differentiated, and here it is not. Left out: `LIF`, which filters its input once more.
        (`lif_box.py` at 11e0762, `reset.py` at 22a17ec.)
        """
        rate = dt * tau_mem_inv
        return Neuron(method or norse.super(), 1 - rate, v_th, "zero", rate)


class spyx:
    """`spyx.axn` (kmheckel/spyx, `src/spyx/axn.py` at 71b7cce).

    Earlier releases have `triangular(k=0.5)`, and a `sigmoid` that is left out here since this one has it no more.
    """

    @staticmethod
    def tanh(k: float = 1.0) -> SechSquared:
        """`4 / (exp(-k z) + exp(k z))^2`."""
        return SechSquared(k)

    @staticmethod
    def boxcar(width: float = 2.0, height: float = 0.5) -> Box:
        """`height` where `|z| <= width/2`, else 0."""
        return Box(width / 2, height=height)

    @staticmethod
    def triangular(k: float = 2.0) -> Triangle:
        """`max(0, 1 - |k z|)`."""
        return Triangle(1 / k)

    @staticmethod
    def arctan(k: float = 2.0) -> Arctangent:
        """`1 / (pi (1 + (pi k z)^2))`."""
        return Arctangent(math.pi * k, height=1 / math.pi)

    @staticmethod
    def superspike(k: float = 25.0) -> SuperSpike:
        """`1 / (1 + k |z|)^2`."""
        return SuperSpike(k)

    @staticmethod
    def LIF(beta: float, threshold: float = 1.0, activation: Surrogate | None = None) -> Neuron:
        """`V = beta V + x - spikes threshold`; `activation` is `superspike()` (`src/spyx/nn.py` at 17a7f45).

        There a spike leaves a step later: a unit spikes where the last V was above the threshold. A layer's output is
        that of the unit here, one step later. The reset is differentiated, too. Without a beta, Spyx draws one for each
        unit (a normal number of standard deviation 0.5, cut off at two of them, plus 0.25) and learns it.
        """
        return Neuron(activation or spyx.superspike(), beta, threshold, "subtract")
