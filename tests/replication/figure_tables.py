"""Made-up tables for every figure, as the rules of the paper's study make them but smaller."""

import numpy as np
import pandas as pd
from configurations import ROOT, STUDY

from replication import ensembles, published

STEEPNESS = {"erf_2": 2, "erf_5": 5, "erf_20": 20}
ALPHA = np.linspace(-np.pi, np.pi, 100, endpoint=False)
GRID = pd.DataFrame({"point": range(100), "alpha": ALPHA, "target": np.sin(ALPHA)})
TRAINING_SET = pd.DataFrame({"alpha": ALPHA[::7], "y": np.sin(ALPHA[::7])})


def product(**levels):
    return pd.MultiIndex.from_product(levels.values(), names=levels.keys()).to_frame(index=False)


def comparison():
    """The paper's run against the published values."""
    ours = []
    for kernel in ("ntk", "sg_ntk"):
        mse = pd.read_csv(ROOT / f"docs/results/paper/{kernel}_kernel_mse.csv")
        ours.append(published.measured(kernel, mse, ensembles.mean_kernel_mse(mse), STEEPNESS))
    return published.compare(pd.read_csv(ROOT / "workflow/published/kernel_mse.csv"), pd.concat(ours))


def kernels():
    networks = product(activation=["erf_2", "erf_20", "erf_5"], width=[10, 100], step=[0, 2, 5], network=[0, 1])
    values = networks.merge(GRID, how="cross").assign(analytic=lambda t: np.cos(t["alpha"]))
    mse = networks.assign(mse=10.0 ** networks["network"] / networks["width"])  # 1 and 10, times 1 / width
    mean = mse.groupby(["activation", "width", "step"], as_index=False)["mse"].agg(["mean", "sem"])
    return {
        "kernels": values.assign(empirical=values["analytic"] + values["network"] / values["width"]),
        "kernel_mse": mse,
        "kernel_mse_mean": mean.rename(columns={"sem": "standard_error"}),
    }


def outputs():
    """Predictions for convergence have the mean 0.25, those for a step its number."""
    networks = product(activation=["sign"], width=[20, 500], step=[3, 9], network=range(3)).merge(GRID, how="cross")
    networks["output"] = networks["target"] + networks["network"]
    keys = ["activation", "width", "step", "point", "alpha"]
    ensemble = networks.groupby(keys, as_index=False)["output"].agg(["mean", "std", "sem"])
    predictions = product(activation=["sign"], kernel=["sg_ntk", "nngp"], step=[3, 9, np.nan]).merge(GRID, how="cross")
    distances = product(activation=["sign"], width=[20, 500], step=[3, 9], kernel=["sg_ntk", "nngp"])
    learning = product(activation=["sign"], width=[20, 500], step=[3, 9])
    return {
        "outputs": networks,
        "ensemble": ensemble.rename(columns={"sem": "standard_error"}),
        "distances": distances.assign(squared_distance=0.0123, standard_error=0.001),
        "learning": learning.assign(
            squared_distance=0.0123, standard_error=0.001, variance_ratio=1.05, variance_ratio_error=0.03
        ),
        "predictions": predictions.assign(mean=predictions["step"].fillna(0.25), std=0.5),
        "training_set": TRAINING_SET,
    }


def spiking():
    """As `outputs`, of feed-forward and of recurrent units."""
    of_units = [
        {name: table.assign(activation=unit) for name, table in outputs().items() if name != "training_set"}
        for unit in STUDY.experiments["spiking"].activations
    ]
    names = ("outputs", "ensemble", "distances", "learning", "predictions")
    return {name: pd.concat([tables[name] for tables in of_units], ignore_index=True) for name in names} | {
        "training_set": TRAINING_SET
    }


def divergence():
    table = product(width=[100, 10_000], step=[0, 1, 10], network=[0, 1])
    table = table.assign(eigenvalue=-0.5, amplitude=1.0 + table["network"], predicted=2.5, mse=0.75)
    return [table.assign(surrogate=name) for name in ("box_1", "triangle_1")]


def surrogates():
    levels = {"normalize": ["peak", "area"], "surrogate": STUDY.surrogate_comparison.surrogates[::-1]}
    summary = product(**levels, step=[5, 7, None]).astype({"step": "Int64"})
    # At step 5 the error is twice that at convergence, at step 7 hardly another.
    mean = (0.2 + summary.index // 3 / 20) * summary["step"].map({5: 2.0, 7: 1.001}).astype(float).fillna(1.0)
    return {
        "shapes": product(**levels, z=[-3.0, 0.0, 3.0]).assign(derivative=1.0),
        "kernels": product(**levels).merge(GRID, how="cross").assign(analytic=1.0),
        "summary": summary.assign(
            mean=mean,
            low=mean - 0.05,
            high=mean + 0.06,
            difference=mean - 0.2,
            difference_low=mean - 0.21,
            difference_high=mean - 0.18,
        ),
    }


def real_data():
    chosen = STUDY.real_data

    def scored(table):
        number = np.arange(len(table))
        return table.assign(
            accuracy=0.75 + number / 100,
            standard_error=0.0078125,
            mse=0.5 - number / 100,
            nll=1.0 - number / 50,
            coverage=0.9375,
            factor=1.25,
        )

    regressions = [
        scored(product(kernel=["nngp", "sg_ntk", "ntk"], hidden_layers=[layers], images=[images])).assign(ridge=0.125)
        for layers in chosen.hidden_layers
        for images in chosen.images
    ]
    networks = [
        scored(product(width=[width], images=chosen.images)).assign(hidden_layers=1, single_accuracy=0.625)
        for width in chosen.networks.widths
    ]
    convolution = scored(product(kernel=["convolutional_sg_ntk"], hidden_layers=[2], images=[1000])).assign(ridge=0.125)
    return {"regressions": regressions, "networks": networks, "convolution": convolution}


def resets():
    cells = product(leak=STUDY.spiking_reset.leaks, threshold=STUDY.spiking_reset.thresholds)
    number = np.arange(len(cells))
    cells = cells.assign(nngp_distance=0.25 + number / 50, standard_error=0.0625, nngp_ratio_error=0.03125)
    return {
        "summary": [
            cells.assign(reset=reset, squared_distance=size + number / 100, nngp_ratio=1 - size, rate=0.4 - size / 2)
            for reset, size in (("none", 0.0), ("subtract", 0.25), ("zero", 0.5))
        ]
    }


def deep():
    chosen = STUDY.spiking_depth
    grid = product(unit=["grid"], slope=chosen.slopes, threshold=chosen.thresholds, leak=[chosen.leak])
    units = ["snntorch.Leaky", "spikingjelly.LIFNode", "norse.LIFBox", "spyx.LIF"]
    others = pd.DataFrame({"unit": units, "slope": [1.3, 0.9, 100.0, 25.0], "threshold": 1.0, "leak": 0.9})
    places = pd.concat([grid, others], ignore_index=True)
    predicted = places.assign(rate=0.3, gradient_growth=0.6 / places["slope"], kernel_growth=0.9)
    measured = predicted.merge(product(network=range(3), layer=range(1, 9)), how="cross")
    errors = places.merge(product(network=range(4)), how="cross")
    return {
        "predicted": predicted,
        "measured": measured.assign(gradient_growth=measured["gradient_growth"] * (0.9 + 0.1 * measured["network"])),
        "errors": errors.assign(mse=0.5 + errors["network"] / 10),
    }


def tables():
    """The tables of each figure, by the names in its needs."""
    of_kernels, of_outputs = kernels(), outputs()

    def some(found, *names):
        return {name: found[name] for name in names}

    of_kernel_figures = some(of_kernels, "kernels", "kernel_mse_mean")
    of_error_figures = some(of_kernels, "kernel_mse", "kernel_mse_mean")
    of_ensembles = some(of_outputs, "outputs", "ensemble", "distances", "predictions", "training_set")
    return {
        "figure_1": of_kernel_figures,
        "figure_2": of_kernel_figures,
        "figure_3": of_ensembles,
        "figure_b1": {"grid": GRID, "training_sets": [TRAINING_SET, TRAINING_SET]},
        "figure_b2": of_ensembles,
        "figure_b3": of_error_figures,
        "figure_b4": of_error_figures,
        "figure_published": {"published": comparison()},
        "figure_s1": {"divergence": divergence()},
        "figure_s2": some(of_outputs, "ensemble", "learning", "predictions"),
        "figure_s3": surrogates(),
        "figure_s4": real_data(),
        "figure_s5": spiking(),
        "figure_s6": resets(),
        "figure_s7": deep(),
    }
