"""neural-tangents, without the parts that do not import on today's JAX.

The one place that imports neural_tangents. Its last release, 0.6.5, has what jax 0.6 took away in its module for
empirical kernels alone, and needs TensorFlow in `experimental` alone. The package is put together here from the rest:
`stax`, `predict`, `batch` and `Kernel`.
"""

import sys
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

NAME = "neural_tangents"


def _assemble() -> None:
    spec = find_spec(NAME)
    if spec is None:
        raise ImportError("sgntk.stax needs neural-tangents: pip install 'sgntk[neural-tangents]'")
    package = ModuleType(NAME, "neural-tangents as `sgntk.stax` imports it: stax, predict, batch, Kernel.")
    package.__spec__, package.__path__ = spec, list(spec.submodule_search_locations or ())
    package.__dict__["__getattr__"] = _left_out
    sys.modules[NAME] = package
    try:
        for part in ("stax", "predict"):
            setattr(package, part, import_module(f"{NAME}.{part}"))
        package.__dict__["batch"] = import_module(f"{NAME}._src.batching").batch
        package.__dict__["Kernel"] = import_module(f"{NAME}._src.utils.kernel").Kernel
    except BaseException:
        del sys.modules[NAME]
        raise


def _left_out(name: str) -> Any:
    raise AttributeError(
        f"neural_tangents.{name} is not there: sgntk.stax leaves out what jax 0.6 and later do not import. With an "
        "older jax, import neural_tangents before sgntk.stax"
    )


if NAME not in sys.modules:
    _assemble()

from neural_tangents import Kernel, stax  # noqa: E402
from neural_tangents._src.stax.requirements import (  # noqa: E402
    Bool,
    Diagonal,
    get_diagonal_outer_prods,
    layer,
    requires,
)

__all__ = ["Bool", "Diagonal", "Kernel", "get_diagonal_outer_prods", "layer", "requires", "stax"]
