"""What moved within JAX between 0.5.3 and the newest."""

from collections.abc import Callable
from typing import Any

import jax
from jax.sharding import Mesh, PartitionSpec

if hasattr(jax, "enable_x64"):
    enable_x64 = jax.enable_x64
else:
    from jax.experimental import enable_x64

__all__ = ["enable_x64", "shard_map"]


def shard_map(function: Callable[[Any], Any], mesh: Mesh, spec: PartitionSpec) -> Callable[[Any], Any]:
    """`function` on each device of the part that is there; argument and value are split alike.

    JAX's check that no device needs another's part is off: 0.5.3 has none for `jax.lax.while_loop`.
    """
    if hasattr(jax, "shard_map"):
        return jax.shard_map(function, mesh=mesh, in_specs=spec, out_specs=spec, check_vma=False)
    from jax.experimental.shard_map import shard_map as before

    return before(function, mesh, spec, spec, check_rep=False)
