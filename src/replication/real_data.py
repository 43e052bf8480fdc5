"""Images to learn from and to test on, what networks make of them, and how good and how sure predictions are."""

from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
import pandas as pd
from jax.typing import ArrayLike
from jaxtyping import Float, Float64, Int

import sgntk
from replication.real_data_sets import DATA_SETS


class Split(NamedTuple):
    """Images to learn from, and others, of which the first are held out to choose by, and the rest are tested on.

    Grey values have mean 0 at each pixel, and variance 1 over all pixels, over the training images. Targets are those
    of one output for each class, `(t - p) / sqrt(p (1 - p))` with t = 1 for the image's class and 0 for the others, and
    p one by the number of classes: with equally frequent classes they have mean 0 and variance 1.
    """

    x_train: Float64[np.ndarray, "n height width"]
    y_train: Float64[np.ndarray, "n classes"]
    x_others: Float64[np.ndarray, "m height width"]
    y_others: Float64[np.ndarray, "m classes"]
    labels: Int[np.ndarray, " m"]
    held_out: int

    @property
    def train(self) -> Float64[np.ndarray, "n pixels"]:
        """Training images, each a vector."""
        return self.x_train.reshape(len(self.x_train), -1)

    @property
    def others(self) -> Float64[np.ndarray, "m pixels"]:
        """The other images, each a vector."""
        return self.x_others.reshape(len(self.x_others), -1)


def load(name: str, *, images: int, held_out: int, test_images: int, seed: int) -> Split:
    """Images of a data set, drawn without replacement.

    Draws of the same seed have the same other images, and a larger one the training images of a smaller one.
    """
    values, labels = DATA_SETS[name].load()
    order = np.random.default_rng(seed).permutation(len(labels))
    others, train = np.split(order[: held_out + test_images + images], [held_out + test_images])
    x = values[train].astype(np.float64)
    mean, scale = x.mean(axis=0), x.std(axis=0)
    scale = np.sqrt(np.mean(scale**2))
    targets = _targets(labels)
    return Split(
        (x - mean) / scale,
        targets[train],
        (values[others] - mean) / scale,
        targets[others],
        labels[others].astype(int),
        held_out,
    )


def _targets(labels: Int[np.ndarray, " n"]) -> Float64[np.ndarray, "n classes"]:
    classes = int(labels.max()) + 1
    share = 1 / classes
    return (np.eye(classes)[labels] - share) / np.sqrt(share * (1 - share))


def scores(mean: Float64[np.ndarray, "m classes"], std: Float64[np.ndarray, " m"], data: Split) -> dict[str, float]:
    """How good predictions of the test images are, and how sure they may be.

    The class is that of the largest mean. Standard deviations are multiplied by one factor, with which the held-out
    targets are likeliest under Gaussians, the root mean square of `(y - mean) / std`.

    Args:
        mean: predicted for each output, at `data.others`.
        std: predicted standard deviation, the same for every output.
        data: the images.

    Returns:
        Of the test images: `accuracy` with its `standard_error`, `mse`, `nll`, the mean negative log likelihood of the
        targets (nats per output), and `coverage`, the part of them within 2 standard deviations; and the `factor`.
    """
    apart = (data.y_others - mean) / std[:, None]
    factor = float(np.sqrt(np.mean(apart[: data.held_out] ** 2)))
    test = slice(data.held_out, None)
    apart, width = apart[test] / factor, factor * std[test]
    right = np.argmax(mean[test], axis=1) == data.labels[test]
    return {
        "accuracy": float(right.mean()),
        "standard_error": float(np.sqrt(right.mean() * (1 - right.mean()) / len(right))),
        "mse": float(np.mean((data.y_others[test] - mean[test]) ** 2)),
        "factor": factor,
        "nll": float(np.mean(apart**2) / 2 + np.mean(np.log(width)) + np.log(2 * np.pi) / 2),
        "coverage": float(np.mean(np.abs(apart) <= 2)),
    }


# --- networks ---


def trained_outputs(
    arch: sgntk.Architecture,
    keys: ArrayLike,
    data: Split,
    *,
    width: int,
    steps: int,
    batch_size: int,
    learning_rate: float,
    seed: int,
) -> Float[np.ndarray, "networks m classes"]:
    """Outputs of networks at `data.others`, after surrogate gradient learning with mini-batches, the same for all."""
    x = jnp.asarray(data.others, jnp.float32)
    run = sgntk.train_ensemble(
        arch,
        keys,
        data.train,
        data.y_train,
        width=width,
        learning_rate=learning_rate,
        steps=steps,
        batch_size=batch_size,
        batch_key=sgntk.split_keys(seed, 1)[0],
        record=lambda params: sgntk.apply(arch, params, x),
    )
    return run.records[0].astype(np.float64)


def network_scores(outputs: Float[np.ndarray, "networks m classes"], data: Split) -> dict[str, float]:
    """`scores` of the networks' mean, with their spread, and `single_accuracy`, the mean of that of each network.

    The variance of an image is the mean of those of its outputs, which are equal in wide networks.
    """
    std = np.sqrt(outputs.var(axis=0, ddof=1).mean(axis=1))
    labels = np.argmax(outputs[:, data.held_out :], axis=2)
    single = float(np.mean(labels == data.labels[data.held_out :]))
    return {**scores(outputs.mean(axis=0), std, data), "single_accuracy": single}


def at_test_images(values: Float[np.ndarray, "*n m classes"], data: Split, column: str, **axes: Any) -> pd.DataFrame:
    """A row for each value at a test image: `sample`, `label` (the class that the output stands for) and the value.

    Args:
        values: at `data.others`.
        data: the images.
        column: name of the values' column.
        axes: names of further columns, and their values along the leading axes of `values`.
    """
    values = values[..., data.held_out :, :]
    levels = [*axes.values(), *map(range, values.shape[-2:])]
    index = pd.MultiIndex.from_product(levels, names=[*axes, "sample", "label"])
    return pd.DataFrame({column: values.ravel()}, index=index).reset_index()
