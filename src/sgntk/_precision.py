"""The precision of matrix products in float32."""

from contextlib import AbstractContextManager

import jax


def full_float32() -> AbstractContextManager[None]:
    """Products of float32 matrices in float32, unless the user chose otherwise with `jax_default_matmul_precision`.

    By itself JAX lets a GPU round their operands to TensorFloat-32, which keeps 10 bits of the 23. A CPU never does.
    """
    chosen = jax.config.jax_default_matmul_precision  # type: ignore[attr-defined]
    return jax.default_matmul_precision(chosen or "float32")
