"""What moved within JAX between 0.5.3 and the newest."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import jax
from jax.sharding import Mesh, PartitionSpec

__all__ = ["enable_x64", "shard_map"]

enable_x64: Any = jax.enable_x64 if hasattr(jax, "enable_x64") else import_module("jax.experimental").enable_x64


def shard_map(function: Callable[[Any], Any], mesh: Mesh, spec: PartitionSpec) -> Callable[[Any], Any]:
    """`function` on each device of the part that is there; argument and value are split alike.

    JAX's check that no device needs another's part is off: 0.5.3 has none for `jax.lax.while_loop`.
    """
    if hasattr(jax, "shard_map"):
        return jax.shard_map(function, mesh=mesh, in_specs=spec, out_specs=spec, check_vma=False)
    before: Any = import_module("jax.experimental.shard_map").shard_map
    return before(function, mesh, spec, spec, check_rep=False)
