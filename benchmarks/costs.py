"""What a step of training needs of a device, counted: bytes moved, operations, and room for the networks."""

import math

from sgntk._delayed import BLOCK

METHODS = ("direct", "delayed", "incremental")

PASSES = {"direct": 4, "delayed": 2 + 4 / BLOCK, "incremental": 1}
"""How often a step reads or writes the matrix between the hidden layers, which is nearly all that there is to move.

direct: both passes through the network read it, and the update reads and writes it. delayed: both passes read it, and
once a block it is transposed and updated. incremental: the backward pass reads it.
"""

PRODUCTS = {"direct": 3, "delayed": 3, "incremental": 1}
"""Products with that matrix, or of its size, in a step."""

COPIES = 12
"""Room for a network, in matrices: before and after a step, before and after a call, the gradient, a transposed copy,
and as much again for what the compiler adds."""


def traffic(method, width, networks):
    """Bytes that a step must move between memory and processor, if no matrix stays in the cache."""
    return PASSES[method] * 4 * width**2 * networks


def operations(method, width, networks, points):
    """Floating point operations of a step's products with the matrix between the hidden layers."""
    return PRODUCTS[method] * 2 * points * width**2 * networks


def networks_at_once(networks, width, memory):
    """As many as fit into so many bytes, in equal shares; 100 vectors of a network's width go with its matrix."""
    shares = math.ceil(networks * COPIES * 4 * (width**2 + 100 * width) / memory)
    return math.ceil(networks / shares)


def step_seconds(looks):
    """Seconds a step, from the looks after the last compilation; if there are not two, from all, less compiling.

    Args:
        looks: each with `step`, and `seconds` and `compiling` until then.
    """
    settled = [look for look in looks if look["compiling"] == looks[-1]["compiling"]]
    first, last = (settled[0], settled[-1]) if len(settled) > 1 else (looks[0], looks[-1])
    spent = last["seconds"] - first["seconds"] - (last["compiling"] - first["compiling"])
    return spent / (last["step"] - first["step"])
