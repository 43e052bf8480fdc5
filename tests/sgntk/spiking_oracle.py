"""Spiking networks by matrices over all points and steps at once, and step by step; nothing of sgntk."""

import numpy as np
import oracles
from scipy import stats

# Threshold, a, b, c; then P(u > theta, v > theta) and phi(theta; 0, a) E[s(v - theta) | u = theta] for
# exp(-z^2/0.98), 1/(1 + 25 |z|)^2 and 1/(1 + 9 z^2): integrals over v given u by mpmath 1.3 with 40 digits.
EXPECTATIONS = [
    (0.5, 1.3, 0.7, 0.6, 0.1781261019988983, 0.2237614595572724, 0.01344187644533791, 0.1336975780286609),
    (
        0.5,
        1.3,
        0.7,
        -0.8,
        0.003134627068225909,
        0.1668802971631183,
        0.005038172469747141,
        0.07796207057172521,
    ),
    (-0.4, 0.9, 2.1, 1.2, 0.5567738290624605, 0.2682661710130169, 0.01603067469688029, 0.1599254353427252),
    (
        1.0,
        0.2,
        0.3,
        0.24,
        0.01259715538871568,
        0.06951883341508265,
        0.004976999034693562,
        0.05335256447998800,
    ),
    (
        0.5,
        1.0,
        1.0,
        0.99999,
        0.3079094100934647,
        0.3520581420045146,
        0.2999586249154003,
        0.3520019894328595,
    ),
    (0.3, 4.0, 0.05, 0.1, 0.05410774879063526, 0.1739156952017362, 0.01149754639587485, 0.1154475633075129),
    (
        2.0,
        0.5,
        0.5,
        0.0,
        5.4703011382283161e-6,
        0.0009641952531143600,
        1.4571129790779720e-5,
        0.0004975400251677071,
    ),
]


def kernels(x, s, kinks, *, threshold, leak, recurrence, sigma_w, sigma_b):
    """NNGP and SG-NTK over time, shape (points, points, T, T); one entry of `threshold`, ... for each layer.

    All points and steps make one long vector. A layer's matrices follow from themselves at earlier steps: starting from
    none, T rounds make all steps right.
    """
    points, steps, dimension = x.shape
    flat = x.reshape(points * steps, dimension)
    below, sent = sigma_w**2 / dimension * flat @ flat.T + sigma_b**2, 0.0
    for theta, beta, sigma_r in zip(threshold, leak, recurrence, strict=True):
        age = np.arange(steps)[:, None] - np.arange(steps)
        integrate = np.kron(np.eye(points), np.where(age >= 0, beta ** np.maximum(age, 0.0), 0.0))
        later = np.kron(np.eye(points), np.eye(steps, k=-1))
        spikes = moved = np.zeros_like(below)
        for _ in range(steps):
            currents = below + sigma_r**2 * later @ spikes @ later.T
            tangent = integrate @ (currents + sent + sigma_r**2 * later @ moved @ later.T) @ integrate.T
            membranes = integrate @ currents @ integrate.T
            spikes = over_pairs(lambda a, b, c, same, theta=theta: both_spike(theta, a, b, c, same), membranes)
            moved = tangent * over_pairs(lambda *moments, theta=theta: slope(theta, *moments, s, kinks), membranes)
        below, sent = sigma_w**2 * spikes + sigma_b**2, sigma_w**2 * moved
    return [kernel.reshape(points, steps, points, steps).swapaxes(1, 2) for kernel in (below, below + sent)]


def over_pairs(function, covariance):
    size = range(len(covariance))
    return np.array(
        [[function(covariance[i, i], covariance[j, j], covariance[i, j], i == j) for j in size] for i in size]
    )


def both_spike(theta, a, b, c, same):
    if same:
        return stats.norm.sf(theta / np.sqrt(a))
    return stats.multivariate_normal.cdf([-theta, -theta], [0, 0], [[a, c], [c, b]], abseps=1e-13, releps=1e-13)


def slope(theta, a, b, c, same, s, kinks):
    density = stats.norm.pdf(theta, scale=np.sqrt(a))
    if same:
        return density * s(0.0)
    std = np.sqrt(b - c**2 / a)
    return density * oracles.shifted_mean(s, kinks, theta * (c / a - 1), std)


def output(arch, params, x):
    """Of one network with steps for spikes, by loops over layers and steps, in float64."""
    weights = [[None if part is None else np.asarray(part, np.float64) for part in layer] for layer in params]
    settings = zip(*(arch.per_layer(name) for name in ("threshold", "leak", "recurrence")), strict=True)
    z = x
    for (weight, bias, recurrent), (theta, beta, sigma_r) in zip(weights[:-1], settings, strict=True):
        u = s = np.zeros((len(x), len(bias)))
        spikes = []
        for t in range(x.shape[1]):
            i = arch.sigma_w / np.sqrt(len(weight)) * z[:, t] @ weight + arch.sigma_b * bias
            if recurrent is not None:
                i = i + sigma_r / np.sqrt(len(bias)) * s @ recurrent
            kept = {"none": beta * u, "subtract": beta * u - theta * s, "zero": beta * u * (1 - s)}[arch.reset]
            u = kept + i
            s = np.where(u > theta, 1.0, 0.0)
            spikes.append(s)
        z = np.stack(spikes, axis=1)
    weight, bias, _ = weights[-1]
    currents = arch.sigma_w / np.sqrt(len(weight)) * z @ weight[:, 0] + arch.sigma_b * bias[0]
    steps = x.shape[1]
    readout = {
        "mean": np.full(steps, 1 / steps),
        "last": np.eye(steps)[-1],
        "leaky": arch.per_layer("leak")[-1] ** np.arange(steps - 1.0, -1, -1),
    }
    chosen = readout[arch.readout] if isinstance(arch.readout, str) else np.asarray(arch.readout)
    return arch.output_scale * currents @ chosen
