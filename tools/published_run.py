"""What docs/results has of a run: its verdicts, and tables rounded to six digits."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd

from replication.store.tables import read

TABLES = {
    "paper": {
        **{f"{name}_kernel_mse": f"ensembles/{name}/kernel_mse" for name in ("ntk", "sg_ntk")},
        **{f"{name}_distances": f"ensembles/{name}/distances" for name in ("sign", "sign_small_output")},
        "sign_learning": "ensembles/sign/learning",
        "published": "published",
        **{f"divergence_{name}": f"divergence/{name}" for name in ("box_1", "triangle_1")},
        "surrogate_errors": "surrogates/errors",
        **{
            f"images_layers_{layers}_{images}": f"real_data/layers_{layers}/images_{images}/scores"
            for layers in (1, 3)
            for images in (1000, 2000, 4000, 8000)
        },
        **{f"images_width_{width}": f"real_data/width_{width}/scores" for width in (500, 2000, 4000)},
        "images_convolution": "real_data/convolution",
        "spiking_distances": "ensembles/spiking/distances",
        **{f"spiking_reset_{reset}": f"spiking_reset/{reset}/summary" for reset in ("none", "subtract", "zero")},
        **{f"spiking_depth_{name}": f"spiking_depth/{name}" for name in ("predicted", "errors")},
    },
    "decisive": {
        **{f"{name}_kernel_mse": f"ensembles/{name}/kernel_mse" for name in ("ntk_at_start", "ntk", "sg_ntk")},
        "learning": "ensembles/learning/learning",
        "spiking_distances": "ensembles/spiking/distances",
        "surrogate_summary": "surrogates/summary",
    },
}
"""Of each run the files of its folder in docs/results, and the tables that they are, in its own folder of tables."""

CLAIMS = ("claims.json", "claims.md")


@dataclass(frozen=True)
class PublishedRun:
    """What is published of a run.

    Attributes:
        files: content of each file, by its name.
    """

    files: Mapping[str, str]

    @property
    def report(self) -> dict[str, Any]:
        """The verdicts, as claims.json has them."""
        report: dict[str, Any] = json.loads(self.files["claims.json"])
        return report

    def table(self, name: str) -> pd.DataFrame:
        """One of the tables."""
        return pd.read_csv(StringIO(self.files[f"{name}.csv"]))


def of_results(run: str, results: Path) -> PublishedRun:
    """What is to be published of a run, from the folder of its results; exits where these are not complete."""
    if run not in TABLES:
        sys.exit(f"publish: got the run {run!r}; expected one of {', '.join(TABLES)}")
    tables = {f"{name}.csv": results / f"tables/{path}.parquet" for name, path in TABLES[run].items()}
    claims = {name: results / "claims" / name for name in CLAIMS}
    missing = [str(path) for path in (*tables.values(), *claims.values()) if not path.exists()]
    if missing:
        sys.exit(f"publish: the run {run!r} is not complete: {', '.join(missing)}; run it first")
    texts = {name: read(path).to_csv(index=False, float_format="%.6g") for name, path in tables.items()}
    return PublishedRun(texts | {name: path.read_text() for name, path in claims.items()})


def of_docs(folder: Path) -> PublishedRun | None:
    """What is published of a run, from its folder in docs/results; none where there is no such folder."""
    return PublishedRun({path.name: path.read_text() for path in folder.iterdir()}) if folder.exists() else None
