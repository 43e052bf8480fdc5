"""Surrogate-gradient neural tangent kernels: analytic, empirical, trained.

Submodules load on first use, so that `sgntk.config` and `sgntk.tables` cost no JAX import.
The names are declared in `__init__.pyi`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
