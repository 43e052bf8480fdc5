"""Whether outputs of trained networks are distributed as those of the CPU's run.

The networks are the same, so that their outputs are no independent samples: a difference in standard errors that are
meant for independent ones, and a p-value of Kolmogorov and Smirnov, then say less of a difference than they might, and
large ones say that something is wrong.
"""

import numpy as np
import pandas as pd
import scipy.stats

import sgntk
from replication import ensembles

KEYS = ["width", "step"]


def predictions(experiment):
    """What infinitely wide networks do at each recorded step, as `scripts/predict.py` tabulates it."""
    tables = []
    for step in experiment.steps:
        posterior = sgntk.predict(
            experiment.architecture,
            experiment.x,
            experiment.y,
            experiment.grid,
            steps=step,
            learning_rate=experiment.learning_rate,
        )
        table = {"point": range(len(experiment.grid)), "mean": posterior.mean, "std": posterior.std}
        tables.append(pd.DataFrame({"activation": experiment.activation, "kernel": "sg_ntk", "step": step, **table}))
    return pd.concat(tables)


def with_published(outputs, predicted, published):
    """Distance from the prediction and spread, beside those of the published run.

    Args:
        outputs: table with `activation`, `width`, `step`, `network`, `point` and `output`.
        predicted: from `predictions`.
        published: `docs/results/paper/<experiment>_learning.csv`.
    """
    ours = ensembles.learning(outputs, predicted)
    both = ours.merge(published, on=["activation", *KEYS], suffixes=("", "_cpu"))
    error = np.hypot(both["standard_error"], both["standard_error_cpu"])
    return pd.DataFrame(
        {
            **{key: both[key] for key in KEYS},
            "squared distance": both["squared_distance"],
            "squared distance, CPU": both["squared_distance_cpu"],
            "difference, standard errors": (both["squared_distance"] - both["squared_distance_cpu"]) / error,
            "variance ratio": both["variance_ratio"],
            "variance ratio, CPU": both["variance_ratio_cpu"],
        }
    )


def with_outputs(outputs, reference):
    """Each point of the grid against the outputs of another run.

    Returns:
        for each width and step, the largest difference of the means in standard errors, the largest quotient of the
        standard deviations, and the smallest p-value of the two-sample test of Kolmogorov and Smirnov, times the number
        of points (Bonferroni).
    """
    theirs = dict(list(reference.groupby(KEYS)))
    rows = []
    for key, table in outputs.groupby(KEYS):
        if key not in theirs:
            continue
        one, other = (_by_point(each) for each in (table, theirs[key]))
        error = np.sqrt(one.var(axis=0, ddof=1) / len(one) + other.var(axis=0, ddof=1) / len(other))
        stds = one.std(axis=0, ddof=1) / other.std(axis=0, ddof=1)
        smallest = min(scipy.stats.ks_2samp(first, second).pvalue for first, second in zip(one.T, other.T, strict=True))
        rows.append(
            {
                **dict(zip(KEYS, key, strict=True)),
                "largest difference of means, standard errors": np.max(
                    np.abs(one.mean(axis=0) - other.mean(axis=0)) / error
                ),
                "largest quotient of standard deviations": np.max(np.maximum(stds, 1 / stds)),
                "p of Kolmogorov and Smirnov, all points": min(1.0, smallest * one.shape[1]),
            }
        )
    return pd.DataFrame(rows)


def _by_point(table):
    return table.pivot(index="network", columns="point", values="output").to_numpy()
