"""Verdicts: an interval against a criterion."""

import json
import math

import pytest

from replication.claims.verdicts import Criterion, Finding, combine
from replication.statistics import Estimate

CRITERION = Criterion(-1.5, -0.5)


def finding(low, high, **others):
    return Finding("a statistic", Estimate((low + high) / 2, low, high), CRITERION, "10 networks", **others)


REPLICATED, NOT_REPLICATED, UNDECIDED = finding(-1.1, -0.9), finding(0.1, 0.2), finding(-0.6, -0.4)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (-1.1, -0.9, "replicated"),
        (-1.5, -0.5, "replicated"),  # the bounds belong to the criterion
        (-0.4, 0.0, "not replicated"),
        (-3.0, -1.6, "not replicated"),
        (-0.6, -0.4, "undecided"),
        (-2.0, 0.0, "undecided"),  # wider than the criterion
        (math.nan, -0.9, "undecided"),
        (-math.inf, math.inf, "undecided"),
    ],
)
def test_an_interval_decides_if_it_is_on_one_side(low, high, verdict):
    assert CRITERION.judge(low, high) == verdict


@pytest.mark.parametrize(
    ("criterion", "text"),
    [(CRITERION, "from -1.5 to -0.5"), (Criterion(low=0), "above 0"), (Criterion(high=0.25), "below 0.25")],
)
def test_a_criterion_says_what_it_allows(criterion, text):
    assert str(criterion) == text


def test_too_few_networks_decide_nothing():
    assert finding(-1.1, -0.9, enough=False).verdict == "undecided"
    assert finding(0.1, 0.2, enough=False).verdict == "undecided"


@pytest.mark.parametrize(
    ("findings", "verdict"),
    [
        ([REPLICATED, REPLICATED], "replicated"),
        ([REPLICATED, UNDECIDED], "undecided"),
        ([REPLICATED, UNDECIDED, NOT_REPLICATED], "not replicated"),
        ([REPLICATED, finding(0.1, 0.2, decides=False)], "replicated"),
        ([UNDECIDED, finding(-1.1, -0.9, decides=False)], "undecided"),
    ],
)
def test_a_claim_needs_all_its_deciding_findings(findings, verdict):
    assert combine(findings) == verdict


def test_a_claim_without_a_deciding_finding_is_refused():
    with pytest.raises(ValueError, match=r"^combine: expected at least one finding that decides; got none$"):
        combine([finding(-1.1, -0.9, decides=False)])


def test_a_description_is_json_even_where_an_interval_is_not_finite():
    description = finding(-math.inf, math.inf).describe()
    assert json.loads(json.dumps(description, allow_nan=False)) == {
        "statistic": "a statistic",
        "estimate": None,
        "low": None,
        "high": None,
        "criterion": "from -1.5 to -0.5",
        "verdict": "undecided",
        "decides": True,
        "note": "10 networks",
    }
