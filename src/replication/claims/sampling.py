"""Estimates of statistics, and how many networks a verdict takes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from replication import statistics
from replication.claims.verdicts import Criterion, Finding


@dataclass(frozen=True)
class Sampling:
    """How sure verdicts are, and how many networks they take.

    Attributes:
        confidence: with which all intervals of a claim that decide hold together.
        least_kernels: networks for each width that a verdict on kernels takes.
        least_outputs: networks for each width that a verdict on outputs takes.
    """

    confidence: float
    least_kernels: int
    least_outputs: int

    @classmethod
    def of_settings(cls, claims: Mapping[str, Any]) -> "Sampling":
        """From the section `claims` of the configuration."""
        least = claims["least_networks"]
        return cls(claims["confidence"], least["kernels"], least["outputs"])

    def of_networks(
        self,
        statistic: str,
        function: Callable[..., Any],
        *samples: Float[np.ndarray, "_networks ..."],
        criterion: Criterion,
        least: int,
        extreme: str = "",
        paired: bool = False,
        logarithmic: bool = False,
        decides: bool = True,
        of: str = "networks",
    ) -> Finding:
        """A finding from networks, with the jackknife; with fewer than `least` of them it decides nothing.

        Args:
            statistic: what it is, in words.
            function: of the samples.
            samples: with the networks along their first axis.
            criterion: what the claim allows.
            least: networks that a verdict takes.
            extreme: "largest" or "smallest" of what the function gives, if that is several statistics.
            paired: whether the samples have the same networks, one by one; if not they are independent.
            logarithmic: whether the interval is symmetric on a logarithmic scale, as for a ratio far from 0.
            decides: whether the finding enters the verdict.
            of: what there is instead of networks.
        """
        networks = min(map(len, samples))
        note = f"{networks} {of}" + (", paired" if paired else "")
        if networks < least:
            note += f", too few to decide: at least {least}"
        if paired:
            apart, samples = function, (np.stack(samples, axis=1),)
            function = lambda pairs: apart(*np.moveaxis(pairs, 1, 0))  # noqa: E731
        estimate: statistics.Estimate | statistics.Extreme
        if extreme:
            largest = extreme == "largest"
            estimate = statistics.jackknife_extreme(function, *samples, largest=largest, logarithmic=logarithmic)
        else:
            estimate = statistics.jackknife(function, *samples, logarithmic=logarithmic)
        enough, sample = networks >= least, of.partition(",")[0]
        return Finding(statistic, estimate, criterion, note, enough=enough, decides=decides, count=networks, of=sample)

    def of_widths(
        self, statistic: str, samples: Mapping[Any, Float[np.ndarray, " networks"]], criterion: Criterion, **about: Any
    ) -> Finding:
        """A finding on the exponent against width of a geometric mean over networks, of kernels."""
        networks = min(map(len, samples.values()))
        note = f"{networks} networks, geometric mean"
        if networks < self.least_kernels:
            note += f", too few to decide: at least {self.least_kernels}"
        estimate = statistics.exponent(np.array([*samples], float), [*samples.values()])
        enough = networks >= self.least_kernels
        return Finding(statistic, estimate, criterion, note, enough=enough, count=networks, **about)

    def of_theory(
        self,
        statistic: str,
        m: Float[np.ndarray, " n"],
        values: Float[np.ndarray, " n"],
        criterion: Criterion,
    ) -> Finding:
        """A finding on an exponent against m, with the residual of the fit: chance does not enter."""
        note = f"fit over m from {m.min():g} to {m.max():g}"
        return Finding(statistic, statistics.power_law(m, values), criterion, note)
