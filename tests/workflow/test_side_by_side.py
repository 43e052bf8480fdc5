"""Verdicts of two runs in one table."""

import side_by_side


def claim(name, verdict, *, beyond=False, estimate=1.0, **undecided):
    finding = {"statistic": f"size of {name}", "estimate": estimate, "low": 0.5, "high": 1.5, "residual": None}
    judged = {"verdict": verdict, "open": "", "needed": None, "of": "networks", **undecided}
    findings = [{**finding, "criterion": "above 0"}]
    return {
        "name": name,
        "statement": f"About {name}.",
        "beyond": beyond,
        "decisive": 0,
        "findings": findings,
        **judged,
    }


ACROSS = {"open": "an interval across a bound", "needed": 1234}
REPORTS = {
    "first": {
        "claims": [
            claim("a", "undecided", **ACROSS),
            claim("b", "replicated"),
            claim("c", "not replicated"),
            claim("d", "undecided", beyond=True, open="too small a run"),
        ]
    },
    "second": {"claims": [claim("c", "replicated", estimate=3.0), claim("a", "replicated", estimate=2.0)]},
}


def test_where_the_first_run_leaves_a_claim_undecided_another_decides():
    """And not where the first has decided."""
    assert side_by_side.tally({"first": REPORTS["first"]}) == (
        "3 claims of the paper: 1 replicated, 1 not replicated, 1 undecided; 1 claim beyond it: 1 undecided"
    )
    assert side_by_side.tally(REPORTS) == (
        "3 claims of the paper: 2 replicated, 1 not replicated; 1 claim beyond it: 1 undecided"
    )


def test_a_line_has_the_verdict_of_each_run_and_the_estimate_of_the_last_that_tests_the_claim():
    of_paper, beyond = side_by_side.tables(REPORTS).split("\n\n")
    assert of_paper.splitlines() == [
        "| claim of the paper | run `first` | run `second` | decisive statistic | estimate and interval | criterion |",
        "| --- | --- | --- | --- | --- | --- |",
        "| About a. | undecided (an interval across a bound; at this estimate and spread, 1,234 networks would decide) "
        "| replicated | size of a | 2 (0.5 to 1.5) | above 0 |",
        "| About b. | replicated | not tested | size of b | 1 (0.5 to 1.5) | above 0 |",
        "| About c. | not replicated | replicated | size of c | 3 (0.5 to 1.5) | above 0 |",
    ]
    assert beyond.splitlines()[2] == (
        "| About d. | undecided (too small a run) | not tested | size of d | 1 (0.5 to 1.5) | above 0 |"
    )
