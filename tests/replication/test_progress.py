"""Progress of a job."""

import logging
from types import SimpleNamespace

import pytest

from replication import progress


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (2, []),  # 20 s in all: nothing
        (5, [6, 10]),
        (40, list(range(1, 11))),
    ],
)
def test_only_a_job_of_more_than_half_a_minute_tells_how_far_it_is(monkeypatch, caplog, seconds, told):
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: clock.now))
    caplog.set_level(logging.INFO)
    bar = progress.Progress("job", 10)
    for step in range(1, 11):
        clock.now += seconds
        bar(step)
    assert [int(message.split()[2]) for message in caplog.messages] == told
