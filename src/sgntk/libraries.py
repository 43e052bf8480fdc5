"""Surrogates and neurons of snnTorch, SpikingJelly, Norse and Spyx, by their names there and with their defaults.

    from sgntk.libraries import snntorch
    surrogate = snntorch.fast_sigmoid()      # 1/(1 + 25 |z|)^2
    arch = snntorch.Leaky(beta=0.9, spike_grad=surrogate).architecture(sigma_w=2.0, reset="none")

Each docstring gives the formula as that library's source has it, and the version that was read; z is the membrane
potential less its threshold. The same name stands for other heights, slopes and areas in different libraries, and in
different versions of one. None of them is needed or imported here.
"""

import math
from typing import Literal

from sgntk import surrogates
from sgntk._validation import check_count
from sgntk.activations import Quantizer
from sgntk.spiking import Neuron
from sgntk.surrogates import (
    AlgebraicSigmoidDerivative,
    Arctangent,
    Box,
    Cosine,
    Gaussian,
    Laplace,
    LeakyBox,
    LogTailed,
    OneSided,
    Piecewise,
    PiecewiseLinear,
    PowerLaw,
    SechSquared,
    Shifted,
    SigmoidDerivative,
    StraightThrough,
    Sum,
    SuperSpike,
    Surrogate,
    Triangle,
)

__all__ = ["norse", "snntorch", "spikingjelly", "spyx"]


class snntorch:
    """`snntorch.surrogate` of release 1.0.0; jeshraghian/snntorch at 01bcac7 has the same.

    Left out: `SSO`, which is random, and `LSO`, which raises when it is called.
    """

    @staticmethod
    def straight_through_estimator() -> StraightThrough:
        """`1` (1.0.0)."""
        return StraightThrough()

    @staticmethod
    def fast_sigmoid(slope: float = 25.0) -> SuperSpike:
        """`1 / (1 + slope |z|)^2` (1.0.0)."""
        return SuperSpike(slope)

    @staticmethod
    def atan(alpha: float = 2.0) -> Arctangent:
        """`(alpha/2) / (1 + (pi alpha z/2)^2)` (1.0.0, as it runs; the documentation has `1/pi` for `alpha/2`)."""
        return Arctangent(math.pi * alpha / 2, height=alpha / 2)

    @staticmethod
    def sigmoid(slope: float = 25.0) -> SigmoidDerivative:
        """`slope exp(-slope z) / (1 + exp(-slope z))^2` (1.0.0)."""
        return SigmoidDerivative(slope, normalize="area")

    @staticmethod
    def triangular(threshold: float = 1.0) -> Piecewise:
        """`threshold` where `z < 0`, else `-threshold` (1.0.0, as it runs: its description has the integral of it)."""
        return Piecewise(PiecewiseLinear(level=threshold, steps=((0.0, -2 * threshold),)))

    @staticmethod
    def heaviside() -> Piecewise:
        """1 where `z > 0`, else 0 (1.0.0)."""
        return Piecewise(PiecewiseLinear(steps=((0.0, 1.0),)))

    @staticmethod
    def spike_rate_escape(beta: float = 1.0, slope: float = 25.0) -> Shifted:
        """`slope exp(-beta |z - 1|)` (1.0.0): the 1 is there whatever the threshold is."""
        return Shifted(Laplace(beta, height=slope), 1.0)

    @staticmethod
    def SFS(slope: float = 25.0, B: float = 1.0) -> OneSided:
        """`1 / (1 + slope |z|)^2` where `z > B`, else 0 (1.0.0)."""
        return OneSided(SuperSpike(slope), at=B)

    @staticmethod
    def Leaky(
        beta: float,
        threshold: float = 1.0,
        spike_grad: Surrogate | None = None,
        reset_mechanism: Literal["subtract", "zero", "none"] = "subtract",
    ) -> Neuron:
        """`mem = beta mem + input - reset threshold`, and a spike where `mem > threshold`; `spike_grad` is `atan()`.

        `reset`, 1 where the last `mem` was above the threshold, is detached. With "zero", `mem` counts as 0 where it
        is. (1.0.0, and as it runs; `_neurons/leaky.py` at 0110f9f, `_neurons/neurons.py` at 01bcac7.)
        """
        return Neuron(spike_grad or snntorch.atan(), beta, threshold, reset_mechanism)


class spikingjelly:
    """`spikingjelly.activation_based.surrogate` of release 2.0.0; "since 0.0.0.0.14" where that one has the same.

    Left out: `PoissonPass`, which is random.
    """

    @staticmethod
    def PiecewiseQuadratic(alpha: float = 1.0) -> Triangle:
        """`alpha - alpha^2 |z|` where `|z| <= 1/alpha`, else 0 (2.0.0; since 0.0.0.0.14)."""
        return Triangle(1 / alpha, height=alpha)

    @staticmethod
    def PiecewiseExp(alpha: float = 1.0) -> Laplace:
        """`alpha/2 exp(-alpha |z|)` (2.0.0; since 0.0.0.0.14)."""
        return Laplace(alpha, height=alpha / 2)

    @staticmethod
    def Sigmoid(alpha: float = 4.0) -> SigmoidDerivative:
        """`alpha (1 - sigmoid(alpha z)) sigmoid(alpha z)` (2.0.0; since 0.0.0.0.14)."""
        return SigmoidDerivative(alpha, height=alpha / 4)

    @staticmethod
    def SoftSign(alpha: float = 2.0) -> surrogates.SuperSpike:
        """`alpha / (2 (1 + |alpha z|)^2)` (2.0.0; since 0.0.0.0.14)."""
        return surrogates.SuperSpike(alpha, height=alpha / 2)

    @staticmethod
    def SuperSpike(alpha: float = 1.0) -> surrogates.SuperSpike:
        """`alpha / (1 + |z|)^2` (2.0.0): here `alpha` is the height, and the slope is fixed."""
        return surrogates.SuperSpike(1.0, height=alpha)

    @staticmethod
    def ATan(alpha: float = 2.0) -> Arctangent:
        """`alpha / (2 (1 + (pi alpha z/2)^2))` (2.0.0; since 0.0.0.0.14)."""
        return Arctangent(math.pi * alpha / 2, height=alpha / 2)

    @staticmethod
    def NonzeroSignLogAbs(alpha: float = 1.0) -> PowerLaw:
        """`alpha / (1 + |alpha z|)` (2.0.0; since 0.0.0.0.14)."""
        return PowerLaw(alpha, 1.0, height=alpha)

    @staticmethod
    def Erf(alpha: float = 2.0) -> Gaussian:
        """`alpha/sqrt(pi) exp(-alpha^2 z^2)` (2.0.0; since 0.0.0.0.14)."""
        return Gaussian(1 / (math.sqrt(2) * alpha), height=alpha / math.sqrt(math.pi))

    @staticmethod
    def PiecewiseLeakyReLU(w: float = 1.0, c: float = 0.01) -> LeakyBox:
        """`1/(2w)` where `|z| < w`, else `c` (2.0.0; 0.0.0.0.14 has `1/w`)."""
        return LeakyBox(w, c, height=1 / (2 * w))

    @staticmethod
    def SquarewaveFourierSeries(n: int = 2, T_period: float = 8.0) -> Sum:
        """`4/T sum_i cos((2 i - 1) 2 pi z/T)`, `i` from 1 to `n - 1`, with `T_period` T (2.0.0; since 0.0.0.0.14)."""
        frequency = 2 * math.pi / T_period
        return Sum(tuple((4 / T_period, Cosine((2 * i - 1) * frequency)) for i in range(1, n)))

    @staticmethod
    def S2NN(alpha: float = 4.0, beta: float = 1.0) -> Sum:
        """`alpha (1 - sigmoid(alpha z)) sigmoid(alpha z)` where `z < 0`, else `beta/(1 + z)` (2.0.0; since 0.0.0.0.14).

        At 0 itself it has the value of the left side here.
        """
        left, right = spikingjelly.Sigmoid(alpha), PowerLaw(1.0, 1.0)
        return Sum(((1.0, OneSided(left, "left")), (beta, OneSided(right, "right"))))

    @staticmethod
    def QPseudoSpike(alpha: float = 2.0) -> PowerLaw:
        """`(1 + 2 |z|/(alpha - 1))^-alpha` for `alpha > 1` (2.0.0; since 0.0.0.0.14)."""
        return PowerLaw(2 / (alpha - 1), alpha)

    @staticmethod
    def LeakyKReLU(leak: float = 0.0, k: float = 1.0) -> Piecewise:
        """`leak` where `z < 0`, else `k` (2.0.0; since 0.0.0.0.14). At 0 itself it is `leak` here."""
        return Piecewise(PiecewiseLinear(level=leak, steps=((0.0, k - leak),)))

    @staticmethod
    def FakeNumericalGradient(alpha: float = 0.3) -> LogTailed:
        """The smaller one of `alpha` and `1/|z|` (2.0.0; since 0.0.0.0.14)."""
        return LogTailed(1 / alpha, height=alpha)

    @staticmethod
    def LogTailedReLU(alpha: float = 0.0) -> Sum:
        """`alpha` where `z <= 0`, 1 where `0 < z <= 1`, and `1/z` beyond (2.0.0; since 0.0.0.0.14)."""
        return Sum(((alpha, OneSided(StraightThrough(), "left")), (1.0, OneSided(LogTailed(1.0), "right"))))

    @staticmethod
    def DeterministicPass() -> StraightThrough:
        """`1` (2.0.0)."""
        return StraightThrough()

    @staticmethod
    def Rect(alpha: float = 1.0) -> Box:
        """`alpha` where `|z| < 1/(2 alpha)`, else 0 (2.0.0)."""
        return Box(1 / (2 * alpha), height=alpha)

    @staticmethod
    def MultiLevelSpikeCount(max_spike_count: int) -> tuple[Quantizer, Box]:
        """An activation and its surrogate, the first two arguments of an `Architecture`.

        `z` cut to `[0, max_spike_count]` and rounded; backpropagation has 1 in that range, else 0 (2.0.0). A quantizer
        learns with a surrogate at each of its steps, and boxes of width 1 at 1/2, 3/2, ... are that window together.
        Left out: other windows (`grad_window`).
        """
        check_count("spikingjelly.MultiLevelSpikeCount", max_spike_count=max_spike_count)
        steps = [0.5 + step for step in range(max_spike_count)]
        return Quantizer(steps, [1.0] * max_spike_count), Box(0.5)

    @staticmethod
    def LIFNode(
        tau: float = 2.0,
        decay_input: bool = True,
        v_threshold: float = 1.0,
        surrogate_function: Surrogate | None = None,
    ) -> Neuron:
        """`v = v + (x - v)/tau`, or with `decay_input=False` `v = v - v/tau + x`; `surrogate_function` is `Sigmoid()`.

        After a spike `v` is 0, the default `v_reset`. There the reset is differentiated unless `detach_reset=True`, and
        here it is not. (2.0.0; since 0.0.0.0.14.)
        """
        gain = 1 / tau if decay_input else 1.0
        return Neuron(surrogate_function or spikingjelly.Sigmoid(), 1 - 1 / tau, v_threshold, "zero", gain)


class norse:
    """`norse.torch.functional.threshold` (norse/norse at 065a3b4, and release 1.1.0, which differ in `super` alone).

    The default `alpha` is that of the neurons' parameters, whose default method is `super`. Left out: `logistic` and
    `circ_dist`, which are random. Releases up to 0.0.6 call `triangle` `tent`.
    """

    @staticmethod
    def super(alpha: float = 100.0, version: Literal["git", "1.1.0"] = "git") -> SuperSpike:
        """`1 / (alpha |z| + 1)^2` ("git", since 1d2671a; the same up to 1.0.0), or `1 / (|z| + 1)^2` ("1.1.0").

        Release 1.1.0, the newest one on PyPI, takes `alpha` and ignores it, and so does the method of its neurons.
        """
        if version not in ("git", "1.1.0"):
            raise ValueError(f"norse.super: version must be 'git' or '1.1.0'; got {version!r}")
        return SuperSpike(alpha if version == "git" else 1.0)

    @staticmethod
    def tanh(alpha: float = 100.0) -> SechSquared:
        """`1 - (tanh of alpha z)^2` (1.1.0, and git at 065a3b4)."""
        return SechSquared(alpha)

    @staticmethod
    def triangle(alpha: float = 100.0) -> Triangle:
        """`alpha max(0, 1 - |z|)` (1.1.0, and git at 065a3b4): `alpha` is the height, and the width is fixed."""
        return Triangle(1.0, height=alpha)

    @staticmethod
    def circ(alpha: float = 100.0) -> AlgebraicSigmoidDerivative:
        """`alpha^3 / (alpha^2 + z^2)^(3/2)` (1.1.0, and git at 065a3b4), where it is written as a difference.

        Here `alpha` is a width: that of the default is far beyond every membrane potential, and it is nearly 1.
        """
        return AlgebraicSigmoidDerivative(1 / alpha)

    @staticmethod
    def heavi_erfc(alpha: float = 100.0) -> Gaussian:
        """`2/sqrt(pi) exp(-alpha^2 z^2)` (1.1.0, and git at 065a3b4): the height does not grow with `alpha`."""
        return Gaussian(1 / (math.sqrt(2) * alpha), height=2 / math.sqrt(math.pi))

    @staticmethod
    def LIFBox(
        tau_mem_inv: float = 100.0, v_th: float = 1.0, method: Surrogate | None = None, dt: float = 0.001
    ) -> Neuron:
        """`v = v + dt tau_mem_inv (input - v)`; `method` is `super()`. After a spike `v` is 0, the default `v_reset`.

        There the reset is differentiated, and here it is not. Left out: `LIF`, which filters its input once more.
        (Git at 065a3b4; 1.1.0 steps alike, and its method is `super(version="1.1.0")`.)
        """
        rate = dt * tau_mem_inv
        return Neuron(method or norse.super(), 1 - rate, v_th, "zero", rate)


class spyx:
    """`spyx.axn` of release 1.0.0; kmheckel/spyx at 71b7cce has the same.

    Earlier releases have `triangular(k=0.5)`, and a `sigmoid` that is left out here since this one has it no more.
    """

    @staticmethod
    def tanh(k: float = 1.0) -> SechSquared:
        """`4 / (exp(-k z) + exp(k z))^2` (1.0.0)."""
        return SechSquared(k)

    @staticmethod
    def boxcar(width: float = 2.0, height: float = 0.5) -> Box:
        """`height` where `|z| <= width/2`, else 0 (1.0.0)."""
        return Box(width / 2, height=height)

    @staticmethod
    def triangular(k: float = 2.0) -> Triangle:
        """`max(0, 1 - |k z|)` (1.0.0)."""
        return Triangle(1 / k)

    @staticmethod
    def arctan(k: float = 2.0) -> Arctangent:
        """`1 / (pi (1 + (pi k z)^2))` (1.0.0)."""
        return Arctangent(math.pi * k, height=1 / math.pi)

    @staticmethod
    def superspike(k: float = 25.0) -> SuperSpike:
        """`1 / (1 + k |z|)^2` (1.0.0)."""
        return SuperSpike(k)

    @staticmethod
    def LIF(beta: float, threshold: float = 1.0, activation: Surrogate | None = None) -> Neuron:
        """`V = beta V + x - spikes threshold`; `activation` is `superspike()` (1.0.0).

        There a spike leaves a step later: a unit spikes where the last V was above the threshold. A layer's output is
        that of the unit here, one step later. The reset is differentiated, too. Without a beta, Spyx draws one for each
        unit (a normal number of standard deviation 0.5, cut off at two of them, plus 0.25) and learns it.
        """
        return Neuron(activation or spyx.superspike(), beta, threshold, "subtract")
