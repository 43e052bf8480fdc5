"""Independent computations to hold the library against: plain NumPy and SciPy, nothing of sgntk."""

from functools import cache

import numpy as np
from scipy import integrate, special, stats


@cache
def erf(m):
    return lambda z: special.erf(m * z)


@cache
def erf_derivative(k):
    return lambda z: 2 * k / np.sqrt(np.pi) * np.exp(-((k * z) ** 2))


def _normal_rule():
    """Nodes and weights for N(0, 1): Gauss-Legendre with 16 nodes on each of 120 panels of [-9, 9].

    What is cut off weighs 2e-19. A panel of 0.15 resolves erf(20 z), whose step is 0.05 wide, to rounding.
    """
    node, weight = np.polynomial.legendre.leggauss(16)
    edges = np.linspace(-9, 9, 121)
    half = np.diff(edges)[:, None] / 2
    z = ((edges[:-1, None] + half) + half * node).ravel()
    return z, (half * weight).ravel() * stats.norm.pdf(z)


Z, WEIGHT = _normal_rule()


@cache
def pair_mean(f, g, a, b, c):
    """`E[f(u) g(v)]` for `(u, v) ~ N(0, [[a, c], [c, b]])`, by quadrature in two dimensions, for smooth f and g."""
    u = np.sqrt(a) * Z
    conditional_mean = c / np.sqrt(a) * Z
    conditional_std = np.sqrt(max(b - c**2 / a, 0.0))
    if conditional_std == 0:
        return float(np.sum(WEIGHT * f(u) * g(conditional_mean)))
    inner = g(conditional_mean[:, None] + conditional_std * Z) @ WEIGHT
    return float(np.sum(WEIGHT * f(u) * inner))


def sign_sign_mean(a, b, c):
    """`E[sign(u) sign(v)] = 4 P(u < 0, v < 0) - 1`, with the probability as SciPy integrates it."""
    if a == b == c:
        return 1.0
    orthant = stats.multivariate_normal.cdf([0, 0], [0, 0], [[a, c], [c, b]], abseps=1e-13, releps=1e-13)
    return float(4 * orthant - 1)


def sign_derivative_mean(s, a, b, c):
    """`E[2 delta(u) s(v)] = 2 p_u(0) E[s(v) | u = 0]`: the delta by hand, the rest by SciPy."""
    std = np.sqrt(max(b - c**2 / a, 0.0))
    return 2 / np.sqrt(2 * np.pi * a) * mean(s, std)


def mean(s, tau):
    """`E[s(tau Z)]` by adaptive quadrature, for an even s that may have a kink at 0."""
    points = [point for point in (1e-3 / tau, 0.1 / tau, 1 / tau, 10 / tau) if point < 40] if tau > 0 else []
    value, _ = integrate.quad(
        lambda z: 2 * s(tau * z) * stats.norm.pdf(z), 0, 40, points=points, epsabs=0, epsrel=1e-12, limit=500
    )
    return value


def shifted_mean(s, kinks, mean, std):
    """`E[s(mean + std Z)]` for an s that is smooth between its kinks."""
    edges = [(place - mean) / std for kink in kinks for place in _around(kink)]
    return _integral(lambda z: s(mean + std * z) * stats.norm.pdf(z), edges)


def tail_mean(s, kinks, threshold, a, b, c):
    """`E[1{u > threshold} s(v)]` by an integral over v, with P(u > threshold | v) from SciPy."""
    std, spread = np.sqrt(b), np.sqrt(max(a - c**2 / b, 0.0))
    edges = [place / std for kink in kinks for place in _around(kink)]
    if c != 0:
        edges += [std / c * (threshold + widths * spread) for widths in (-8, -4, -2, 0, 2, 4, 8)]
    return _integral(
        lambda t: s(std * t) * stats.norm.pdf(t) * stats.norm.cdf((c / std * t - threshold) / spread), edges
    )


def _around(kink):
    return (kink - 1, kink - 0.1, kink, kink + 0.1, kink + 1)


def _integral(f, edges):
    """Over [-10, 10]: Gauss-Legendre with 20 nodes between neighbouring edges and whole numbers."""
    ends = np.unique(np.clip([*edges, *np.arange(-10, 11)], -10, 10))
    node, weight = np.polynomial.legendre.leggauss(20)
    half = np.diff(ends)[:, None] / 2
    return float(np.sum(half * weight * f(ends[:-1, None] + half + half * node)))


def tangent_kernel(product_mean, derivative_mean, x1, x2, *, hidden_layers, sigma_w, sigma_b, output_scale):
    """The recursion for one pair of points, as the paper writes it.

    `product_mean(a, b, c)` is `E[act(u) act(v)]` and `derivative_mean(a, b, c)` is `E[act'(u) s(v)]`. Returns the NNGP
    and the tangent kernel.
    """

    def covariance(p, q):
        return sigma_w**2 / len(p) * float(np.dot(p, q)) + sigma_b**2

    a, b, c = covariance(x1, x1), covariance(x2, x2), covariance(x1, x2)
    tangent = c
    for _ in range(hidden_layers):
        mean = derivative_mean(a, b, c)
        a, b, c = (sigma_w**2 * product_mean(*triple) + sigma_b**2 for triple in ((a, a, a), (b, b, b), (a, b, c)))
        tangent = c + tangent * sigma_w**2 * mean
    return output_scale**2 * c, output_scale**2 * tangent


class TwoHiddenLayers:
    """A network with two hidden layers in float64: its output, and its Jacobian written out by hand."""

    def __init__(self, act, params, *, sigma_w, sigma_b, output_scale):
        self.act = act
        (self.w1, self.b1), (self.w2, self.b2), (self.w3, self.b3) = (
            (np.asarray(weight, np.float64), np.asarray(bias, np.float64)) for weight, bias in params
        )
        self.sigma_w, self.sigma_b, self.kappa = sigma_w, sigma_b, output_scale

    def _forward(self, x):
        h1 = self._scale(self.w1) * x @ self.w1 + self.sigma_b * self.b1
        h2 = self._scale(self.w2) * self.act(h1) @ self.w2 + self.sigma_b * self.b2
        return h1, h2, self._scale(self.w3) * self.act(h2) @ self.w3 + self.sigma_b * self.b3

    def _scale(self, weight):
        return self.sigma_w / np.sqrt(weight.shape[0])

    def output(self, x):
        return self.kappa * self._forward(x)[2][:, 0]

    def jacobian(self, x, s):
        """Backpropagation with `s`: one array (points, *shape) a parameter array, in the order W1, b1, W2, ..."""
        h1, h2, _ = self._forward(x)
        d3 = np.full((len(x), 1), self.kappa)
        d2 = s(h2) * (d3 @ (self._scale(self.w3) * self.w3).T)
        d1 = s(h1) * (d2 @ (self._scale(self.w2) * self.w2).T)
        gradients = []
        for delta, below, weight in ((d1, x, self.w1), (d2, self.act(h1), self.w2), (d3, self.act(h2), self.w3)):
            gradients.append(self._scale(weight) * np.einsum("ni,nj->nij", below, delta))
            gradients.append(self.sigma_b * delta)
        return gradients

    def kernel(self, x1, s1, x2, s2):
        """`J(x1) J~(x2)^T` with `s1` in J and `s2` in J~."""
        return sum(
            left.reshape(len(x1), -1) @ right.reshape(len(x2), -1).T
            for left, right in zip(self.jacobian(x1, s1), self.jacobian(x2, s2), strict=True)
        )

    def gradient_step(self, x, y, s, learning_rate):
        """Parameters `[W1, b1, ...]` after one step on `1/(2N) sum (f - y)^2`."""
        residual = (self.output(x) - y) / len(y)
        parameters = [self.w1, self.b1, self.w2, self.b2, self.w3, self.b3]
        return [
            parameter - learning_rate * np.tensordot(residual, gradient, axes=1)
            for parameter, gradient in zip(parameters, self.jacobian(x, s), strict=True)
        ]


def log_log_slope(x, y):
    """Slope of the least-squares line through `(log x, log y)`."""
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])
