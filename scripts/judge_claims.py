"""Tests the paper's claims on the run's tables."""

import json
from typing import TYPE_CHECKING

import job

from sgntk import claims
from sgntk.evidence import Evidence, Sampling, spread_by_angle, trained_ensembles
from sgntk.files import replacing

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job.start(snakemake.log[0])
files = job.Tables(snakemake.params.made_from)

settings = snakemake.params.claims
read = {
    name: files.read(snakemake.input[name])
    for name in (
        "ntk",
        "sg_ntk",
        "outputs",
        "predictions",
        "small_outputs",
        "small_predictions",
        "steepness",
        "grid",
        "training_set",
    )
}
ensembles = trained_ensembles(read["outputs"], read["predictions"], settings["activation"])
results = claims.evaluate(
    Evidence(
        ntk=read["ntk"],
        sg_ntk=read["sg_ntk"],
        ensembles=ensembles,
        small=trained_ensembles(read["small_outputs"], read["small_predictions"], settings["activation"]),
        scale=snakemake.params.scale,
        steepness=read["steepness"],
        reference=snakemake.params.reference_point,
        training_points=tuple(read["grid"].merge(read["training_set"], on="alpha")["point"]),
        sampling=Sampling(
            confidence=settings["confidence"],
            resamples=settings["resamples"],
            seed=settings["seed"],
            least_kernels=settings["least_networks"]["kernels"],
            least_outputs=settings["least_networks"]["outputs"],
        ),
    )
)
report = {
    "run": snakemake.params.run,
    "confidence": settings["confidence"],
    "claims": [result.describe() for result in results],
}
files.write(spread_by_angle(ensembles, settings["confidence"]), snakemake.output.spread)
with replacing(snakemake.output.markdown) as page:
    page.write_text(claims.markdown(report["run"], settings["confidence"], results))
with replacing(snakemake.output.json) as data:
    data.write_text(json.dumps(report, indent=2) + "\n")
