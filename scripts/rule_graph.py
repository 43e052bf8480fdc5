"""Asks Snakemake for the graph of the rules behind the whole run."""

import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING

import job
import yaml

from sgntk.files import replacing

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job.start(snakemake.log[0])

with tempfile.NamedTemporaryFile("w", suffix=".yaml") as config:
    yaml.safe_dump(snakemake.params.config, config)
    config.flush()
    # Printing the graph takes no lock, so this may run beside the workflow that it is a job of.
    command = [sys.executable, "-m", "snakemake", "--snakefile", "Snakefile", "--configfile", config.name]
    printed = subprocess.run(
        [*command, "--cores", "1", "--rerun-incomplete", "--rulegraph", "dot"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
with replacing(snakemake.output[0]) as graph:
    graph.write_text(printed.stdout)
