"""Trained networks of one width on images: their outputs at the test images, and how good these are."""

from typing import TYPE_CHECKING

import pandas as pd

import sgntk
from replication import build, real_data
from replication.job import start

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job = start(snakemake)
settings = job.settings
arch = build.architecture(settings["architecture"])
sizes = {key: settings[key] for key in ("held_out", "test_images", "seed")}
training = {key: settings[key] for key in ("width", "steps", "batch_size", "learning_rate", "seed")}
keys = sgntk.split_keys(settings["seed"], settings["networks"])

outputs, scores = [], []
for images in settings["images"]:
    about = {"width": settings["width"], "images": images}
    data = real_data.load(settings["data_set"], images=images, **sizes)
    found = real_data.trained_outputs(arch, keys, data, **training)
    scores.append({**about, "hidden_layers": arch.hidden_layers, **real_data.network_scores(found, data)})
    outputs.append(real_data.at_test_images(found, data, "output", network=range(len(found))).assign(**about))
job.write(pd.DataFrame(scores), "scores")
job.write(pd.concat(outputs, ignore_index=True), "outputs")
