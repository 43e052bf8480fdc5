"""What claims are tested on: tables of a run, brought into the shape of the question, and intervals for statistics."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float

from sgntk import statistics
from sgntk.statistics import Estimate
from sgntk.verdicts import Criterion, Finding


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
        return Finding(
            statistic,
            estimate.value,
            estimate.low,
            estimate.high,
            criterion,
            note,
            enough=networks >= least,
            decides=decides,
        )

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
        return Finding(statistic, estimate.value, estimate.low, estimate.high, criterion, note)


@dataclass(frozen=True)
class Process:
    """Mean and standard deviation of a Gaussian process at every grid point."""

    mean: Float[np.ndarray, " points"]
    std: Float[np.ndarray, " points"]


@dataclass(frozen=True)
class Ensembles:
    """Outputs of trained networks at every grid point, with the predictions for them.

    Attributes:
        outputs: for each width, ascending, shape (networks, points).
        sg_ntk: the SG-NTK's prediction for convergence.
        sg_ntk_then: the SG-NTK's prediction for the step that the networks are at.
        nngp: regression with the NNGP.
    """

    outputs: dict[int, Float[np.ndarray, "networks points"]]
    sg_ntk: Process
    sg_ntk_then: Process
    nngp: Process

    @property
    def widest(self) -> int:
        """The largest width."""
        return max(self.outputs)

    @property
    def spread_out(self) -> Bool[np.ndarray, " points"]:
        """Points where the predicted variance is at least 1 % of its largest: away from the training points."""
        variance = self.sg_ntk.std**2
        return variance >= 0.01 * variance.max()


def ensembles_by_step(outputs: pd.DataFrame, predictions: pd.DataFrame, activation: str) -> dict[int, Ensembles]:
    """The ensembles of one activation at every recorded step, ascending, from the tables of outputs and predictions."""
    outputs = outputs[outputs["activation"] == activation]
    steps = np.unique(outputs["step"]).tolist()
    return {step: trained_ensembles(outputs[outputs["step"] <= step], predictions, activation) for step in steps}


def trained_ensembles(outputs: pd.DataFrame, predictions: pd.DataFrame, activation: str) -> Ensembles:
    """The ensembles of one activation at the last step, from the tables of outputs and predictions."""
    outputs = outputs[outputs["activation"] == activation]
    last = outputs["step"].max()
    by_width = outputs[outputs["step"] == last].groupby("width")
    predictions = predictions[predictions["activation"] == activation].sort_values("point")

    def process(kernel: str, at: pd.Series) -> Process:
        table = predictions[at & (predictions["kernel"] == kernel)]
        return Process(table["mean"].to_numpy(), table["std"].to_numpy())

    converged, then = predictions["step"].isna(), (predictions["step"] == last).fillna(False)
    return Ensembles(
        {
            int(width): table.pivot(index="network", columns="point", values="output").to_numpy()
            for width, table in by_width
        },
        process("sg_ntk", converged),
        process("sg_ntk", then),
        process("nngp", converged),
    )


@dataclass(frozen=True)
class Divergence:
    """Networks that learn with a kernel that is not symmetric, and those that learn with one that is tamer.

    Attributes:
        diverging: table of `divergence.follow` for every `width`, with a surrogate whose kernel has a growing mode.
        learning: the same with another surrogate.
        compare_at: step at which the growth is compared with the predicted one.
    """

    diverging: pd.DataFrame
    learning: pd.DataFrame
    compare_at: int


@dataclass(frozen=True)
class RealData:
    """Trained networks and both regressions at the test points of a data set.

    Attributes:
        name: of the data set.
        outputs: shape (networks, test points).
        sg_ntk: mean of the SG-NTK regression for the networks' step, shape (test points,).
        nngp: mean of regression with the NNGP.
    """

    name: str
    outputs: Float[np.ndarray, "networks points"]
    sg_ntk: Float[np.ndarray, " points"]
    nngp: Float[np.ndarray, " points"]


def real_data(outputs: pd.DataFrame, predictions: pd.DataFrame) -> RealData:
    """A data set, from the tables of `sgntk.real_data`."""
    by_kernel = {kernel: table.sort_values("sample") for kernel, table in predictions.groupby("kernel")}
    return RealData(
        str(outputs["data_set"].iloc[0]),
        outputs.pivot(index="network", columns="sample", values="output").to_numpy(),
        by_kernel["sg_ntk"]["mean"].to_numpy(),
        by_kernel["nngp"]["mean"].to_numpy(),
    )


@dataclass(frozen=True)
class Evidence:
    """A run, as the claims look at it.

    Attributes:
        ntk: empirical and analytic NTKs under gradient descent (`tables.kernel_values`).
        sg_ntk: empirical and analytic SG-NTKs under SGL (`tables.kernel_values`).
        ensembles: sign networks after SGL.
        small: the same with a smaller output scale.
        scale: the smaller output scale as a part of the other one.
        steepness: kernels against m (`steepness.sweep`).
        learning: the networks of `ensembles` at every step that was recorded, ascending.
        divergence: what became of a mode that should grow.
        surrogate_errors: tables of `comparison.generalization_errors`, with `normalize`.
        real_data: trained networks and regressions on data sets.
        reference: grid index of x0, the fixed argument of the kernels.
        training_points: grid indices of the points that `steepness` learns from.
        sampling: how intervals are made.
    """

    ntk: pd.DataFrame
    sg_ntk: pd.DataFrame
    ensembles: Ensembles
    small: Ensembles
    scale: float
    steepness: pd.DataFrame
    learning: dict[int, Ensembles]
    divergence: Divergence
    surrogate_errors: pd.DataFrame
    real_data: tuple[RealData, ...]
    reference: int
    training_points: tuple[int, ...]
    sampling: Sampling

    def steepening(self, kernel: str) -> Iterator[tuple[int, pd.DataFrame]]:
        """`steepness` for one kernel, depth by depth, with the number of weight layers."""
        table = self.steepness[self.steepness["kernel"] == kernel]
        for depth in sorted(table["hidden_layers"].unique()):
            yield int(depth) + 1, table[table["hidden_layers"] == depth]


def spread_by_angle(ensembles: Ensembles, confidence: float) -> pd.DataFrame:
    """Spread of each ensemble beside that of the SG-NTK at convergence, at every point that is `spread_out`.

    Returns:
        `width`, `point`, `variance_ratio` (variance over networks by the predicted one), its interval `low` to `high`,
        and `coverage` (part of the networks within 2 predicted standard deviations of the predicted mean).
    """
    process = ensembles.sg_ntk
    rows = []
    for width, outputs in ensembles.outputs.items():
        normal = (outputs - process.mean) / np.where(ensembles.spread_out, process.std, np.nan)
        for point in np.flatnonzero(ensembles.spread_out):
            ratio: Estimate = statistics.variance_interval(normal[:, point], confidence)
            coverage = np.mean(np.abs(normal[:, point]) <= 2)
            rows.append((width, point, ratio.value, ratio.low, ratio.high, coverage))
    return pd.DataFrame(rows, columns=["width", "point", "variance_ratio", "low", "high", "coverage"])
