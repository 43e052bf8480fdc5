"""How surrogate gradients grow from layer to layer in spiking networks, predicted and measured."""

from typing import TYPE_CHECKING

import pandas as pd

from replication import build, spiking_depth
from replication.job import start

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job = start(snakemake)
settings = job.settings
places = spiking_depth.places(build.spiking_architecture, **settings["places"])
job.write(spiking_depth.predicted(places, steps=settings["steps"]), "predicted")
measured = [spiking_depth.measured(place, steps=settings["steps"], **settings["measured"]) for place in places]
job.write(pd.concat(measured, ignore_index=True), "measured")
