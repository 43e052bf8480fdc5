"""What a reader of the verdicts may ask next, in sentences with the numbers of the published runs."""

from typing import Any

import numpy as np
import pandas as pd
from published_run import PublishedRun


def paragraphs(paper: PublishedRun, decisive: PublishedRun | None) -> str:
    """All of them, as a list in Markdown.

    Args:
        paper: the run with the paper's numbers.
        decisive: the run that decides what the other leaves undecided, where it is published.
    """
    found = [
        _rates(paper.report),
        _scale(paper.report),
        _growth(paper.table("divergence_box_1")),
        _surrogates(paper.table("surrogate_errors")),
    ]
    if decisive is not None:
        found[1:1] = [_rates_of_wide_networks(decisive)]
        found += [_learning(decisive), _worst_surrogate(decisive.report)]
    return "\n".join(f"- {paragraph}" for paragraph in found)


def _rates(report: dict[str, Any]) -> str:
    flat, steep, trained = (
        _minus(_finding(report, claim, f"MSE against n, {activation}, step {step}")["estimate"])
        for claim, activation, step in (
            ("ntk_converges", "erf_2", "0"),
            ("ntk_converges", "erf_20", "0"),
            ("sg_ntk_converges", "erf_2", "10,000"),
        )
    )
    change = _finding(report, "kernels_stay", "change of the NTK, erf_20")["estimate"]
    return (
        "**The rate of convergence** is not among the paper's claims, and no verdict depends on it. At initialization "
        f"the squared error of the NTK scales as n to the power {flat} for erf_2 and {steep} for erf_20, for which "
        f"networks of 1,000 units are still narrow: training changes their NTK by {change:.0%}. After training, "
        f"the squared error of the SG-NTK of erf_2 scales as n to the power {trained}."
    )


def _rates_of_wide_networks(decisive: PublishedRun) -> str:
    def powers(claim: str, step: str, *activations: str) -> str:
        found = {name: _finding(decisive.report, claim, f"n, {name}, step {step}") for name in activations}
        return ", ".join(f"{_minus_with_interval(one)} for {name}" for name, one in found.items())

    return (
        "**With wider and more networks** these powers are, for the NTK at initialization from "
        f"{_ensembles(decisive.table('ntk_at_start_kernel_mse'))}, "
        f"{powers('ntk_converges', '0', 'erf_2', 'erf_5', 'erf_20')}, and for the SG-NTK after 1,000 steps from "
        f"{_ensembles(decisive.table('sg_ntk_kernel_mse'))}, "
        f"{powers('sg_ntk_converges', '1,000', 'erf_2', 'erf_5')}."
    )


def _ensembles(kernel_mse: pd.DataFrame) -> str:
    widths = kernel_mse["width"]
    return f"{kernel_mse['network'].nunique()} networks of {widths.min():,} to {widths.max():,} units"


def _scale(report: dict[str, Any]) -> str:
    apart, spread = (
        _with_interval(_finding(report, "scale_leaves_the_mean", words))
        for words in ("mean at small κ − mean at large κ", "std at small κ / std at large κ")
    )
    return (
        "**With kappa = 0.2** weights must move five times as far for the same output, and at n = 500 the kernels do "
        f"not stay constant enough: the squared distance of the mean from that at kappa = 1 is {apart} times that "
        f"between the two regressions, and the spread is {spread} times kappa "
        "([why](docs/deviations.md#kappa--02-at-n--500)). For the first number, other runs of the same configuration "
        "gave 1.46 (1.09 to 1.78) and 1.31 (0.96 to 1.61), with bootstrap intervals: rounding, which differs between "
        "machines and versions of JAX, decides when a sign unit flips, so that each run trains different networks."
    )


def _growth(table: pd.DataFrame) -> str:
    width = table["width"].max()
    squares = table[table["width"] == width].assign(amplitude=lambda t: t["amplitude"] ** 2)
    amplitude = np.sqrt(squares.groupby("step")["amplitude"].mean())
    amplitude /= amplitude.iloc[0]
    return (
        "**Where the SG-NTK has a negative eigenvalue**, the error along its mode first grows as predicted, for longer "
        f"in wider networks, but not forever: at n = {width:,} it is {amplitude.max():.2f} times its initial value at "
        f"step {amplitude.idxmax():,}, and {amplitude.iloc[-1]:.2f} times at step {amplitude.index[-1]:,}."
    )


def _surrogates(errors: pd.DataFrame) -> str:
    converged = errors[errors["step"].isna() & (errors["normalize"] == "area")]
    by_set = converged.pivot(index="draw", columns="surrogate", values="mse")
    mean = by_set.mean()
    alone, difference = by_set["box_1"], by_set["triangle_1"] - by_set["box_1"]
    lowest, highest = (
        f"{value:.2f} ({_name(str(name))})" for name, value in (mean.sort_values().iloc[[0, -1]].items())
    )
    return (
        f"**Surrogates of equal area** lead to mean squared errors from {lowest} to {highest}. All learn the same "
        f"{len(by_set)} training sets, so that their differences are known more precisely than the errors: the error "
        f"with the triangle exceeds that with the box by {_with_error(difference)}, where the box has "
        f"{_with_error(alone)} (standard errors)."
    )


def _learning(decisive: PublishedRun) -> str:
    found = _finding(decisive.report, "learning_is_predicted", "‖mean − predicted mean‖²")
    table = decisive.table("learning")
    distances = ", ".join(
        f"{row.squared_distance:.5f} ± {row.standard_error:.5f} for n = {row.width:,}"
        for row in table.sort_values("width").itertuples()
    )
    step = f"{table['step'].max():,}"
    return (
        f"**While they learn**, sign networks are farthest from the prediction at step {step}. The mean of "
        f"{found['note']} is then at a squared distance from it of {distances} (standard errors); of the widest, "
        f"this is {_with_interval(found)} times the squared distance between both regressions."
    )


def _worst_surrogate(report: dict[str, Any]) -> str:
    area, peak = (
        _finding(
            report,
            "surrogates_agree",
            f"largest mean test error of a surrogate / median over surrogates, at equal {one}",
        )
        for one in ("area", "peak")
    )
    return (
        f"**With {area['note']}** the largest mean test error of a surrogate is {_with_interval(area)} times the "
        f"median of all at equal area, and {_with_interval(peak)} times at equal peak."
    )


def _finding(report: dict[str, Any], claim: str, words: str) -> dict[str, Any]:
    """The first finding of a claim whose statistic has these words."""
    (chosen,) = (one for one in report["claims"] if one["name"] == claim)
    found: dict[str, Any] = next(one for one in chosen["findings"] if words in one["statistic"])
    return found


def _with_interval(finding: dict[str, Any]) -> str:
    return f"{finding['estimate']:.2f} ({finding['low']:.2f} to {finding['high']:.2f})"


def _with_error(sample: pd.Series) -> str:
    return f"{sample.mean():.3f} ± {sample.std() / len(sample) ** 0.5:.3f}"


def _minus_with_interval(finding: dict[str, Any]) -> str:
    return f"{_minus(finding['estimate'])} ({_minus(finding['low'])} to {_minus(finding['high'])})"


def _minus(value: float) -> str:
    return f"{value:.2f}".replace("-", "\N{MINUS SIGN}")


def _name(surrogate: str) -> str:
    return surrogate.replace("super_spike_", "SuperSpike of slope ").removesuffix("_1").replace("_", " ")
