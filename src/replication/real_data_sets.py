"""Images with classes: those of Debian, a download, or scikit-learn, which is imported when they are loaded."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

Images = tuple[np.ndarray, np.ndarray]
"""Grey values of any scale, shape (images, height, width), and the class of each, whole numbers from 0."""


class DataSet(NamedTuple):
    """Images to classify.

    Attributes:
        images: how many there are.
        description: what is on them.
        load: gives them.
    """

    images: int
    description: str
    load: Callable[[], Images]


# --- Fashion-MNIST (Xiao, Rasul and Vollgraf 2017, arXiv 1708.07747) ---

DEBIAN = Path("/usr/share/datasets/fashion-mnist")
"""Where Debian's package dataset-fashion-mnist has it."""

DOWNLOAD = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com"
"""Where its authors have it."""

CHECKSUMS = {
    "train-images-idx3-ubyte.gz": "md5:8d4fb7e6c68d591d4c3dfef9ec88bf0d",
    "train-labels-idx1-ubyte.gz": "md5:25c81989df183df01b3e8a0aad5dffbe",
    "t10k-images-idx3-ubyte.gz": "md5:bef4ecab320f06d8554ea6380940ec79",
    "t10k-labels-idx1-ubyte.gz": "md5:bb300cfdad3c16e7a12a480ee83cd310",
}
"""Of what is downloaded, as its authors give them. Debian's files are the same, compressed anew."""


def _fashion_mnist() -> Images:
    images, labels = (
        np.concatenate([_read_idx(_fashion_mnist_file(f"{part}-{kind}-ubyte.gz")) for part in ("train", "t10k")])
        for kind in ("images-idx3", "labels-idx1")
    )
    return images, labels


def _fashion_mnist_file(name: str) -> Path:
    """Debian's, if that package is installed; else a download, which is kept for the next time."""
    if (DEBIAN / name).exists():
        return DEBIAN / name
    import pooch

    try:
        return Path(pooch.retrieve(f"{DOWNLOAD}/{name}", CHECKSUMS[name], fname=name, path=pooch.os_cache("sgntk")))
    except OSError as error:
        raise OSError(
            f"fashion_mnist: {DOWNLOAD}/{name} could not be downloaded ({error}). Install Debian's package "
            f"dataset-fashion-mnist, or put the file into {pooch.os_cache('sgntk')}"
        ) from error


def _read_idx(path: Path) -> np.ndarray:
    """An array of bytes in the IDX format: the number of axes in byte 3, and the size of each in four bytes."""
    content = gzip.decompress(path.read_bytes())
    axes = content[3]
    shape = np.frombuffer(content, ">u4", count=axes, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * axes).reshape(shape)


# --- those that come with scikit-learn ---


def _digits() -> Images:
    from sklearn import datasets

    digits = datasets.load_digits()
    return digits.images, digits.target


DATA_SETS = {
    "digits": DataSet(1797, "handwritten digits, 8 x 8 pixels", _digits),
    "fashion_mnist": DataSet(70_000, "articles of clothing, 28 x 28 pixels", _fashion_mnist),
}
"""The data sets that a study can learn, by name."""
