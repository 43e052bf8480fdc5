"""Tests the claims on the run's tables."""

from typing import TYPE_CHECKING, Any

from replication import claims
from replication.job import start
from replication.store.files import replacing

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

job = start(snakemake)


def read(name: str) -> Any:
    """The table of an input, or the tables of one that has several."""
    return job.read(name) if isinstance(job.inputs[name], str) else job.read_all(name)


judgement = claims.judge(job.inputs, read, job.settings)
job.write(judgement.spread, "spread")
for output, text in {"markdown": judgement.markdown(), "json": judgement.json()}.items():
    with replacing(job.path(output)) as page:
        page.write_text(text)
