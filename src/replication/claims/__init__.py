"""Verdicts on every claim: those of the paper, and those beyond it.

A claim replicates if the confidence intervals of its statistics lie inside their criteria, and does not if one lies
outside. Intervals come from the jackknife over networks, and hold together with the confidence of the configuration;
where no network is drawn there is none, but the residual of a fit. The criteria were fixed before any run, but for
those of convergence (`docs/deviations.md`).

Each module of this package may define claims (`replication.claims.claim`); all of them are found here.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from replication.claims.claim import Claim
from replication.claims.evidence import gather
from replication.claims.judgement import Judgement, evaluate
from replication.claims.sampling import Sampling
from replication.claims.spread import spread_by_angle

ORDER = (
    "kernels",
    "steep_activations",
    "sign_networks",
    "divergence",
    "surrogates",
    "real_data",
    "spiking_networks",
    "spiking",
)
"""Modules in the order in which their claims are reported, the paper's first; those of other modules follow."""


def _find() -> Iterator[Claim]:
    others = sorted({module.name for module in iter_modules(__path__)} - {*ORDER})
    for name in (*ORDER, *others):
        values = vars(import_module(f"{__name__}.{name}")).values()
        yield from (value for value in values if isinstance(value, Claim))


CLAIMS = tuple(_find())
"""Every claim, in the order of the report."""


def judge(inputs: Collection[str], read: Callable[[str], Any], settings: Mapping[str, Any]) -> Judgement:
    """Tests every claim that a run has the evidence for.

    Args:
        inputs: names of the tables that the run has (`replication.claims.evidence.SOURCES`).
        read: gives the table of a name, or the tables.
        settings: `run`, its name; `claims`, how verdicts are reached; and what the evidence takes: `divergence`,
            `scale` and `reference_point`.
    """
    evidence, sampling = gather(inputs, read, settings), Sampling.of_settings(settings["claims"])
    ensembles = evidence["outputs"].last if "outputs" in evidence else None
    spread = spread_by_angle(ensembles, sampling.confidence)
    return Judgement(settings["run"], sampling.confidence, evaluate(CLAIMS, evidence, sampling), spread)
