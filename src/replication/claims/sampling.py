"""Intervals for statistics, and how many networks a verdict takes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from replication import statistics
from replication.claims.verdicts import Criterion, Finding


@dataclass(frozen=True)
class Sampling:
    """How intervals are made, and how many networks a verdict takes.

    Attributes:
        confidence: of the intervals.
        resamples: of the bootstrap.
        seed: of the bootstrap.
        least_kernels: networks for each width that a verdict on kernels takes.
        least_outputs: networks for each width that a verdict on outputs takes.
    """

    confidence: float
    resamples: int
    seed: int
    least_kernels: int
    least_outputs: int

    @classmethod
    def of_settings(cls, claims: Mapping[str, Any]) -> "Sampling":
        """From the section `claims` of the configuration."""
        least = claims["least_networks"]
        return cls(claims["confidence"], claims["resamples"], claims["seed"], least["kernels"], least["outputs"])

    def of_networks(
        self,
        statistic: str,
        function: Callable[..., float],
        *samples: Float[np.ndarray, "_networks ..."],
        criterion: Criterion,
        least: int,
        decides: bool = True,
        of: str = "networks",
    ) -> Finding:
        """A finding with the bootstrap's interval over networks; with fewer than `least` of them it decides nothing.

        `of` says what there is instead of networks, along the first axis of the samples.
        """
        networks = min(map(len, samples))
        estimate = statistics.bootstrap(
            function, *samples, confidence=self.confidence, resamples=self.resamples, seed=self.seed
        )
        note = f"{networks} {of}"
        if networks < least:
            note += f", too few to decide: at least {least}"
        return Finding(statistic, estimate, criterion, note, enough=networks >= least, decides=decides)

    def of_widths(
        self, statistic: str, samples: Mapping[Any, Float[np.ndarray, " networks"]], criterion: Criterion
    ) -> Finding:
        """A finding on the exponent against width of a mean over networks, of kernels."""
        widths = np.array([*samples], float)

        def exponent(*chosen: Float[np.ndarray, " networks"]) -> float:
            return statistics.log_log_slope(widths, np.array([sample.mean() for sample in chosen]))

        return self.of_networks(statistic, exponent, *samples.values(), criterion=criterion, least=self.least_kernels)

    def of_theory(
        self,
        statistic: str,
        m: Float[np.ndarray, " n"],
        values: Float[np.ndarray, " n"],
        criterion: Criterion,
    ) -> Finding:
        """A finding on an exponent against m, with the regression's interval."""
        estimate = statistics.log_log_regression(m, values, confidence=self.confidence)
        note = f"regression over m from {m.min():g} to {m.max():g}"
        return Finding(statistic, estimate, criterion, note)
