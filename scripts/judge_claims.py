"""Tests the paper's claims on the run's tables."""

import json
from typing import TYPE_CHECKING, Any

import job

from sgntk import claims, evidence
from sgntk.files import replacing

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job.start(snakemake.log[0])
files = job.Tables(snakemake.params.made_from)

settings, scale = snakemake.params.claims, snakemake.params.scale
activation, divergence = settings["activation"], snakemake.params.divergence


def read(name: str) -> Any:
    """The table of an input, or the tables of one that has several."""
    paths = snakemake.input[name]
    return files.read(paths) if isinstance(paths, str) else [files.read(path) for path in paths]


outputs, predictions = read("outputs"), read("predictions")
by_step = evidence.ensembles_by_step(outputs, predictions, activation)
ensembles = by_step[max(by_step)]
followed = {table["surrogate"].iloc[0]: table for table in read("divergence")}
real_data = zip(read("real_outputs"), read("real_predictions"), strict=True)
results = claims.evaluate(
    evidence.Evidence(
        ntk=read("ntk"),
        sg_ntk=read("sg_ntk"),
        ensembles=ensembles,
        small=evidence.trained_ensembles(read("small_outputs"), read("small_predictions"), activation),
        scale=scale,
        steepness=read("steepness"),
        learning=by_step,
        divergence=evidence.Divergence(
            diverging=followed[divergence["surrogates"]["diverges"]],
            learning=followed[divergence["surrogates"]["learns"]],
            compare_at=divergence["compare_at"],
        ),
        surrogate_errors=read("surrogate_errors"),
        real_data=tuple(evidence.real_data(*tables) for tables in real_data),
        reference=snakemake.params.reference_point,
        training_points=tuple(read("grid").merge(read("training_set"), on="alpha")["point"]),
        sampling=evidence.Sampling(
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
files.write(evidence.spread_by_angle(ensembles, settings["confidence"]), snakemake.output.spread)
with replacing(snakemake.output.markdown) as page:
    page.write_text(claims.markdown(report["run"], settings["confidence"], results))
with replacing(snakemake.output.json) as data:
    data.write_text(json.dumps(report, indent=2) + "\n")
