"""Final errors of spiking networks, at every slope and threshold, and with the defaults of libraries."""

from typing import TYPE_CHECKING

import pandas as pd

from replication import build, spiking_depth, spiking_reset
from replication.job import start

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job = start(snakemake)
settings = job.settings
places = spiking_depth.places(build.spiking_architecture, **settings["places"])
data = spiking_reset.task(settings["target"], **settings["currents"])
errors = [spiking_depth.final_errors(place, data, **settings["learning"]) for place in places]
job.write(pd.concat(errors, ignore_index=True))
