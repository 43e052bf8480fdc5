"""Kernels larger than what is computed at once."""


def block_starts(count: int, size: int) -> list[int]:
    """Where blocks of `count` points begin; the last one reaches back, to be of the size that is compiled."""
    return [min(start, count - size) for start in range(0, count, size)]
