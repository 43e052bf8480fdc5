"""Where images come from: Debian's package, a download that is checked, or scikit-learn."""

import functools
import gzip
import hashlib
import http.server
import threading

import numpy as np
import pytest
from sklearn import datasets as bundled

from replication import real_data_sets
from replication.real_data_sets import CHECKSUMS, DATA_SETS, DEBIAN

RNG = np.random.default_rng(0)


def idx(array):
    """The array's bytes in the IDX format."""
    header = bytes([0, 0, 8, array.ndim]) + b"".join(size.to_bytes(4, "big") for size in array.shape)
    return gzip.compress(header + array.astype(np.uint8).tobytes(), mtime=0)


ARRAYS = {
    "train-images-idx3-ubyte.gz": RNG.integers(256, size=(5, 4, 3)),
    "train-labels-idx1-ubyte.gz": RNG.integers(10, size=5),
    "t10k-images-idx3-ubyte.gz": RNG.integers(256, size=(2, 4, 3)),
    "t10k-labels-idx1-ubyte.gz": RNG.integers(10, size=2),
}


def check_loaded():
    images, labels = DATA_SETS["fashion_mnist"].load()
    np.testing.assert_array_equal(images, np.concatenate([ARRAYS[name] for name in ARRAYS if "images" in name]))
    np.testing.assert_array_equal(labels, np.concatenate([ARRAYS[name] for name in ARRAYS if "labels" in name]))


def test_digits_are_those_of_scikit_learn():
    images, labels = DATA_SETS["digits"].load()
    assert images.shape == (DATA_SETS["digits"].images, 8, 8)
    np.testing.assert_array_equal(images.reshape(len(images), -1), bundled.load_digits().data)
    np.testing.assert_array_equal(labels, bundled.load_digits().target)


@pytest.mark.skipif(not DEBIAN.exists(), reason="Debian's package dataset-fashion-mnist is not installed")
def test_fashion_mnist_of_debian():
    """7,000 images of each class (Xiao, Rasul and Vollgraf 2017)."""
    images, labels = DATA_SETS["fashion_mnist"].load()
    assert images.shape == (DATA_SETS["fashion_mnist"].images, 28, 28)
    assert np.bincount(labels).tolist() == [7000] * 10


def test_debian_s_files_are_taken_where_they_are(tmp_path, monkeypatch):
    for name, array in ARRAYS.items():
        (tmp_path / name).write_bytes(idx(array))
    monkeypatch.setattr(real_data_sets, "DEBIAN", tmp_path)
    monkeypatch.setattr(real_data_sets, "DOWNLOAD", "http://nowhere.invalid")
    check_loaded()


@pytest.fixture
def site(tmp_path, monkeypatch):
    """The folder of a site that has the files, and an empty cache for what is downloaded; no package of Debian's."""
    folder = tmp_path / "site"
    folder.mkdir()
    for name, array in ARRAYS.items():
        (folder / name).write_bytes(idx(array))

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    checksums = {name: f"md5:{hashlib.md5(idx(array)).hexdigest()}" for name, array in ARRAYS.items()}
    monkeypatch.setattr(real_data_sets, "DEBIAN", tmp_path / "no package")
    monkeypatch.setattr(real_data_sets, "DOWNLOAD", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setattr(real_data_sets, "CHECKSUMS", checksums)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    yield folder
    server.shutdown()
    server.server_close()


def test_what_is_not_there_is_downloaded_once(site):
    pytest.importorskip("pooch")
    check_loaded()
    for name in ARRAYS:
        (site / name).unlink()
    check_loaded()  # from the cache


def test_a_download_that_is_not_what_it_should_be_is_refused(site):
    pytest.importorskip("pooch")
    (site / "t10k-labels-idx1-ubyte.gz").write_bytes(idx(np.zeros(2)))
    with pytest.raises(ValueError, match=r"hash of downloaded file .* does not match"):
        DATA_SETS["fashion_mnist"].load()


def test_without_a_network_it_says_what_to_do(site):
    pytest.importorskip("pooch")
    (site / "train-images-idx3-ubyte.gz").unlink()
    with pytest.raises(
        OSError, match=r"^fashion_mnist: http.*could not be downloaded .* package dataset-fashion-mnist"
    ):
        DATA_SETS["fashion_mnist"].load()


def test_every_file_has_a_checksum():
    assert CHECKSUMS.keys() == ARRAYS.keys()
    assert all(len(checksum) == len("md5:") + 32 for checksum in CHECKSUMS.values())
