"""Verdicts in words."""

import pytest

from replication import wording


@pytest.mark.parametrize(
    ("judged", "words"),
    [
        ({"verdict": "replicated", "open": ""}, "replicated"),
        ({"verdict": "undecided", "open": "too small a run"}, "undecided (too small a run)"),
        (
            {"verdict": "undecided", "open": wording.ACROSS, "needed": 1200, "of": "training sets"},
            "undecided (an interval across a bound; at this estimate and spread, 1,200 training sets would decide)",
        ),
        (
            {"verdict": "undecided", "open": wording.ACROSS, "needed": None, "of": "networks"},
            "undecided (an interval across a bound, the estimate nearly on it: more networks would hardly decide)",
        ),
        (
            {"verdict": "replicated", "open": "", "parts": {"convergence": "replicated", "rate 1/n": "undecided"}},
            "replicated; convergence: replicated, rate 1/n: undecided",
        ),
    ],
)
def test_a_verdict_that_is_open_says_why_and_what_would_decide(judged, words):
    assert wording.words(judged) == words
