"""Gradient descent with the fault that the published trained networks of Figure B.3 show at widths of 100 and more.

Between the hidden layers the forward pass multiplies by the steepness m where it should divide by sqrt(n):

    erf(m (m A W + sigma_b b))     in place of     erf(m (sigma_w/sqrt(n) A W + sigma_b b))

The backward pass has the right factors, and takes the derivative of erf_m at the wrong pre-activation.

This is what the former CPU runtime of XLA computes for networks trained side by side. From 2^19 operations on it hands
a batched matrix product to oneDNN, together with the factor, the sum and the factor that follow. It kept one number for
both factors, and the second overwrote the first (https://github.com/openxla/xla/pull/25327). 10 networks with 15
training points reach 2^19 operations at width 42. With a surrogate the sum is used twice, so the second factor stays
outside and the fault does not appear.
"""

from functools import partial

import jax
import jax.numpy as jnp

STEPS_PER_CALL = 1000


def train(arch, params, x, y, learning_rate, steps):
    """One network after `steps` steps, a multiple of 1,000."""
    for _ in range(steps // STEPS_PER_CALL):
        params = _advance(arch, params, jnp.asarray(x, jnp.float32), jnp.asarray(y, jnp.float32), learning_rate)
    return params


def gradient(arch, params, x, y):
    """Of `1/(2N) sum (f - y)^2`, with the fault."""
    return jax.grad(lambda p: 0.5 * jnp.mean((_outputs(arch, p, x) - y) ** 2))(params)


@partial(jax.jit, static_argnums=0)
def _advance(arch, params, x, y, learning_rate):
    def step(p, _):
        return jax.tree.map(lambda value, change: value - learning_rate * change, p, gradient(arch, p, x, y)), None

    return jax.lax.scan(step, params, length=STEPS_PER_CALL)[0]


def _outputs(arch, params, x):
    first, second, readout = params
    x = arch.activation(arch.sigma_w / x.shape[1] ** 0.5 * (x @ first.weight) + arch.sigma_b * first.bias)
    x = arch.activation(_product(arch, x, second.weight) + arch.sigma_b * second.bias)
    return (arch.sigma_w / x.shape[1] ** 0.5 * (x @ readout.weight) + arch.sigma_b * readout.bias)[:, 0]


@partial(jax.custom_jvp, nondiff_argnums=(0,))
def _product(arch, x, weight):
    return arch.activation.m * (x @ weight)


@_product.defjvp
def _product_jvp(arch, primals, tangents):
    def right(x, weight):
        return arch.sigma_w / weight.shape[0] ** 0.5 * (x @ weight)

    return _product(arch, *primals), jax.jvp(right, primals, tangents)[1]
