"""Verdicts: an interval against a criterion."""

import json
import math

import numpy as np
import pytest

from replication.claims.verdicts import NO_POWER_LAW, TOO_SMALL, Criterion, Finding, combine
from replication.statistics import Estimate, Extreme, PowerLaw, mean
from replication.wording import ACROSS

CRITERION = Criterion(-1.5, -0.5)


def finding(low, high, **others):
    """With an interval of one standard error, whose confidence is 68.27 %."""
    estimate = Estimate((low + high) / 2, (high - low) / 2, math.inf)
    return Finding("a statistic", estimate, CRITERION, "10 networks", **{"confidence": 0.6826894921370859, **others})


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


def test_the_interval_of_a_finding_has_its_confidence():
    assert UNDECIDED.interval == pytest.approx((-0.6, -0.4))
    low, high = finding(-0.6, -0.4, confidence=0.95).interval
    assert (low, high) == pytest.approx((-0.5 - 0.1959964, -0.5 + 0.1959964))


def test_too_few_networks_decide_nothing_and_say_so():
    for few in (finding(-1.1, -0.9, enough=False), finding(0.1, 0.2, enough=False), finding(-0.6, -0.4, enough=False)):
        assert (few.verdict, few.open) == ("undecided", TOO_SMALL)


def test_an_interval_across_a_bound_is_another_kind_of_undecided():
    assert (UNDECIDED.verdict, UNDECIDED.open) == ("undecided", ACROSS)
    assert REPLICATED.open == NOT_REPLICATED.open == ""


def sample(count):
    """Mean 1.8 and standard deviation 2, exactly, of however many values."""
    values = np.random.default_rng(0).normal(size=count)
    return 1.8 + 2 * (values - values.mean()) / values.std(ddof=1)


def of_sample(count, criterion):
    return Finding("a mean", mean(sample(count)), criterion, "", count=count, of="draws")


@pytest.mark.parametrize(
    "criterion", [Criterion(high=2), Criterion(low=1.7), Criterion(high=1.6), Criterion(0, 2), Criterion(2.1, 9)]
)
def test_a_sample_as_large_as_is_needed_decides(criterion):
    """At the same mean and spread, and a little smaller it does not: Student's distribution hardly narrows from 60."""
    first = of_sample(60, criterion)
    assert first.open == ACROSS
    assert first.needed > 60
    assert of_sample(first.needed, criterion).open == ""
    assert of_sample(int(0.95 * first.needed), criterion).open == ACROSS
    assert (first.describe()["needed"], first.describe()["of"]) == (first.needed, "draws")


def test_what_is_needed_of_a_ratio_follows_on_its_logarithmic_scale():
    """From 2 to 2.5 is as far as from 1.6 to 2, so that an interval to 2 * 1.25^3 takes 9 times as many."""
    error = math.log(1.25**3) / 1.959964
    ratio = Estimate(1.6, error, math.inf, logarithmic=True)
    for estimate in (ratio, Extreme((ratio,), largest=True)):
        assert Finding("a ratio", estimate, Criterion(0.5, 2), "", count=10).needed == 90


def test_of_an_interval_across_two_bounds_the_nearer_decides_how_many():
    across = Finding(
        "a mean", Estimate(0.8, 1.0, math.inf), Criterion(0, 1), "", count=10, confidence=0.6826894921370859
    )
    assert across.needed == pytest.approx(250, abs=1)


@pytest.mark.parametrize(
    "left",
    [
        Finding("on the bound", Estimate(2.0, 1.0, 9), Criterion(high=2), "", count=10),
        Finding("nearly on it", Estimate(1.99, 1.0, 9), Criterion(high=2), "", count=10),
        Finding("too small", Estimate(1.0, 1.0, 9), Criterion(high=2), "", count=10, enough=False),
        Finding("decided", Estimate(1.0, 0.1, 9), Criterion(high=2), "", count=10),
        Finding("unknown", Estimate(math.nan, math.nan, 9), Criterion(high=2), "", count=10),
        Finding("of theory", PowerLaw(1.0, 0.5), Criterion(high=2), ""),
    ],
    ids=lambda finding: finding.statistic,
)
def test_there_may_be_no_number_that_decides(left):
    assert left.needed is None


def theory(value, residual):
    return Finding("an exponent", PowerLaw(value, residual), CRITERION, "")


@pytest.mark.parametrize(
    ("value", "residual", "verdict", "reason"),
    [
        (-1.0, 0.1, "replicated", ""),
        (-0.4, 0.1, "not replicated", ""),
        (-1.0, 0.3, "undecided", NO_POWER_LAW),
        (-0.4, 0.3, "undecided", NO_POWER_LAW),
    ],
)
def test_theory_has_no_interval_and_needs_a_fit(value, residual, verdict, reason):
    found = theory(value, residual)
    assert (found.verdict, found.open) == (verdict, reason)
    described = found.describe()
    assert (described["low"], described["high"], described["residual"]) == (None, None, residual)


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
    assert combine(findings)[0] == verdict


@pytest.mark.parametrize(
    ("findings", "reason"),
    [
        ([REPLICATED], ""),
        ([NOT_REPLICATED, UNDECIDED], ""),
        ([REPLICATED, UNDECIDED], ACROSS),
        ([UNDECIDED, finding(-0.6, -0.4, enough=False)], TOO_SMALL),
        ([theory(-1.0, 0.3), REPLICATED], NO_POWER_LAW),
    ],
)
def test_a_claim_says_why_it_is_undecided(findings, reason):
    assert combine(findings)[1] == reason


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
        "residual": None,
        "criterion": "from -1.5 to -0.5",
        "verdict": "undecided",
        "open": ACROSS,
        "needed": None,
        "of": "networks",
        "decides": True,
        "part": "",
        "note": "10 networks",
    }
