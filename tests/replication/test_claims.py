"""The claims, on data that are made to support or to contradict them."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from figure_tables import product

from replication import claims
from replication.claims import judgement
from replication.claims.claim import claim
from replication.claims.ensembles import Ensembles, Outputs, Process
from replication.claims.evidence import SOURCES, Divergence, Growth, RealData, Resets, Steepness
from replication.claims.judgement import Judgement, Result
from replication.claims.sampling import Sampling
from replication.claims.spread import spread_by_angle
from replication.claims.verdicts import Criterion, Finding
from replication.statistics import Estimate

POINTS = 12
REFERENCE = 4
TRAINING_POINTS = (0, 6)
KAPPA = 0.2
SAMPLING = Sampling(confidence=0.95, least_kernels=10, least_outputs=100)

STD = np.ones(POINTS)
STD[[*TRAINING_POINTS]] = 0
PROCESS = Process(np.sin(np.arange(POINTS)), STD)
NNGP = Process(PROCESS.mean + 0.5 * STD, STD)


def kernels(exponent=-0.5, change=-0.5, size=0.1, networks=30, seed=0):
    """Errors like n^exponent, changes in training like n^change, `size` of the kernel at n = 100."""
    rng = np.random.default_rng(seed)
    table = product(activation=["erf_2"], width=[10.0, 100.0, 1000.0], network=range(networks), point=range(POINTS))
    width, analytic = table["width"], 2 + np.cos(table["point"])
    start = analytic + width**exponent * rng.normal(size=len(table))
    trained = start + size * analytic * (width / 100) ** change * rng.normal(size=len(table))
    table = table.assign(width=width.astype(int), analytic=analytic)
    return pd.concat([table.assign(step=0, empirical=start), table.assign(step=1000, empirical=trained)])


def ensembles(scale=1.0, spread=1.0, offset=lambda width: 2 / np.sqrt(width), shift=0.0, networks=500, seed=0):
    """Networks whose mean is off by `offset` of the width and by `shift`, and their spread by a factor."""
    rng = np.random.default_rng(seed)
    theory = replace(PROCESS, std=scale * PROCESS.std)
    outputs = {
        width: theory.mean + (offset(width) + shift) * STD + spread * theory.std * rng.normal(size=(networks, POINTS))
        for width in (20, 100, 500)
    }
    return Ensembles(outputs, theory, theory, NNGP)


def trained(scale=1.0, **properties):
    """Networks at the end of training alone."""
    return Outputs({1000: ensembles(scale=scale, **properties)}, scale)


def learning(spread=1.0, shift=0.0):
    """The ensembles at three steps; `spread` and `shift` are those of the second."""
    return Outputs(
        {
            step: ensembles(spread=spread if step == 100 else 1.0, shift=shift if step == 100 else 0.0, seed=step)
            for step in (10, 100, 1000)
        }
    )


def spiking(**properties):
    """Two kinds of units, both with these properties."""
    return {"spiking": trained(**properties), "spiking_recurrent": trained(**properties)}


def steepness(diagonal=0.0, distance=-1.0, sg_ntk_distance=-1.0, regression=0.0):
    """Power laws in m: the NTK's diagonal `m^(L - 1 + diagonal)`, distances from the limits, and the regression."""
    table = product(hidden_layers=[1, 2, 3], m=[50.0, 100.0, 200.0, 400.0], point=range(POINTS))
    depth, m, on_diagonal = table["hidden_layers"], table["m"], table["point"] == REFERENCE
    ntk = table.assign(
        kernel="ntk",
        analytic=np.where(on_diagonal, m ** (depth + diagonal), 1 + m**distance),
        limit=np.where(on_diagonal, np.inf, 1.0),
        mean=np.where(table["point"].isin(TRAINING_POINTS), 1.0, m ** (regression - depth)),
    )
    sg_ntk = table.assign(kernel="sg_ntk", analytic=1 + m**sg_ntk_distance, limit=1.0, mean=1.0)
    return Steepness(pd.concat([ntk, sg_ntk], ignore_index=True), REFERENCE, TRAINING_POINTS)


def followed(growth=1.5, departure=-0.5, mse=0.01, networks=20):
    """Amplitudes that grow by a factor of 1.5 at most; departures from the prediction like n^departure."""
    rng = np.random.default_rng(5)
    table = product(width=[100.0, 1000.0, 10_000.0], network=range(networks), step=[0, 100, 300])
    start = np.repeat(rng.uniform(0.5, 2, size=3 * networks), 3)
    predicted = start * growth ** (table["step"] / 100)
    relative = (table["step"] > 0) * table["width"] ** departure * rng.normal(size=len(table))
    return table.astype({"width": int}).assign(
        amplitude=predicted * (1 + relative),
        predicted=predicted,
        mse=np.where(table["step"] == 300, mse, 1.0) * rng.uniform(0.9, 1.1, size=len(table)),
    )


def divergence(growth=1.5, departure=-0.5, mse=0.01, networks=20):
    return Divergence(followed(growth, departure, 2.0, networks), followed(0.5, -0.5, mse, networks), compare_at=100)


def surrogate_errors(worst=1.2, sets=20):
    """Test errors of four surrogates, of which one is `worst` times as large."""
    rng = np.random.default_rng(6)
    sizes = {"a": 1.0, "b": 0.9, "c": 1.1, "d": worst}
    table = product(normalize=["peak", "area"], surrogate=sizes, draw=range(sets))
    return table.assign(step=pd.NA, mse=table["surrogate"].map(sizes) * rng.uniform(0.9, 1.1, size=len(table)))


def real_data(place=0.0, networks=20):
    """Networks whose mean is at a place from SG-NTK regression, 0, to NNGP regression, 1."""
    rng = np.random.default_rng(7)
    outputs = place + 0.3 * rng.normal(size=(networks, 40))
    return (RealData("1,000 images", outputs, np.zeros(40), np.ones(40)),)


def resets(closest="none", networks=20):
    """Networks whose mean is off by 1, but for those with one reset."""
    rng = np.random.default_rng(8)
    mean = rng.normal(size=(2, 3, POINTS))
    outputs = {
        reset: mean + (0.2 if reset == closest else 1.0) + 0.3 * rng.normal(size=(networks, 2, 3, POINTS))
        for reset in ("none", "subtract", "zero")
    }
    return Resets(outputs, mean)


def growth(factor=1.0, rate=1.0, vanishing=0.9, silent=0.9, networks=20):
    """Five places, of which one vanishes and one is silent: factors of what is measured, and their final errors."""
    rng = np.random.default_rng(9)
    predicted = pd.DataFrame({"gradient_growth": [0.5, 0.8, 2.0, 0.02, 0.1], "rate": [0.3, 0.4, 0.4, 0.3, 1e-4]})
    noise = 1 + 0.02 * rng.normal(size=(networks, 5))
    measured = {
        "gradient_growth": predicted["gradient_growth"].to_numpy() * [1, factor, 1, 1, 3] * noise,
        "rate": predicted["rate"].to_numpy() * [1, 1, rate, 1, 3] * noise,
    }
    return Growth(predicted, measured, np.array([0.1, 0.1, 0.1, vanishing, silent]) * noise)


def evidence(**changes):
    """Data that support every claim, but for what is changed."""
    supporting = {
        "ntk_at_start": kernels(seed=1),
        "ntk": kernels(seed=1),
        "sg_ntk": kernels(seed=2),
        "learning": learning(),
        "outputs": learning(),
        "small_outputs": trained(scale=KAPPA, seed=4),
        "steepness": steepness(),
        "divergence": divergence(),
        "surrogate_errors": surrogate_errors(),
        "real_data": real_data(),
        "spiking": spiking(),
        "resets": resets(),
        "growth": growth(),
    }
    return {**supporting, **changes}


def evaluate(**changes):
    return evaluated(evidence(**changes))


def evaluated(found):
    return judgement.evaluate(claims.CLAIMS, found, SAMPLING)


def verdict(name, **changes):
    (chosen,) = (claim for claim in claims.CLAIMS if claim.name == name)
    return Result(chosen, chosen.findings(evidence(**changes), SAMPLING)).verdict


@pytest.fixture(scope="module")
def results():
    return evaluate()


def test_the_claims_of_the_paper_come_first():
    names = [claim.name for claim in claims.CLAIMS]
    assert [claim.beyond for claim in claims.CLAIMS] == [False] * 9 + [True] * (len(names) - 9)
    assert names[:9] == [
        "ntk_converges",
        "sg_ntk_converges",
        "kernels_stay",
        "ntk_limit_is_singular",
        "sg_ntk_limit_exists",
        "ntk_learns_nothing",
        "means_converge",
        "spread_follows",
        "scale_leaves_the_mean",
    ]
    assert ["beyond the paper" in claim.source for claim in claims.CLAIMS] == [False] * 9 + [True] * (len(names) - 9)
    assert len(set(names)) == len(names)


def test_a_claim_needs_the_evidence_that_its_test_asks_for():
    @claim("Something holds.", source="Figure 7")
    def holds(sampling, ntk, real_data):
        yield Finding(f"{ntk} and {real_data}", Estimate(0.0, 0.0, 1), Criterion(), str(sampling.least_kernels))

    assert (holds.name, holds.statement, holds.source) == ("holds", "Something holds.", "Figure 7")
    assert holds.needs == ("ntk", "real_data")
    (finding,) = holds.findings({"real_data": 2, "ntk": 1, "outputs": 3}, SAMPLING)
    assert (finding.statistic, finding.note) == ("1 and 2", "10")


def test_evidence_that_there_is_none_of_is_refused():
    with pytest.raises(
        ValueError, match=r"^claim holds: expected evidence among ntk_at_start, ntk, sg_ntk, .*; got weather$"
    ):

        @claim("Something holds.", source="")
        def holds(sampling, ntk, weather): ...


def test_data_that_support_every_claim_replicate_all(results):
    assert [result.claim for result in results] == [*claims.CLAIMS]
    assert {result.verdict for result in results} == {"replicated"}


CONTRADICTIONS = {
    "ntk_converges": [{"ntk_at_start": kernels(exponent=0.3)}],
    "sg_ntk_converges": [
        {"sg_ntk": kernels(exponent=0.3)},
        {"sg_ntk": kernels(change=0.5, size=1.0)},  # right at first, but not after training
    ],
    "kernels_stay": [
        {"ntk": kernels(change=0.0)},
        {"sg_ntk": kernels(change=0.0)},
        {"sg_ntk": kernels(size=2.0)},  # closer with n, but still far at the widest
    ],
    "ntk_limit_is_singular": [
        {"steepness": steepness(diagonal=-0.5)},
        {"steepness": steepness(distance=0.5)},
    ],
    "sg_ntk_limit_exists": [{"steepness": steepness(sg_ntk_distance=1.0)}],
    "ntk_learns_nothing": [{"steepness": steepness(regression=1.0)}],
    "means_converge": [
        {"outputs": trained(offset=lambda width: np.sqrt(width) / 20)},  # away from the SG-NTK mean
        {"outputs": trained(offset=lambda width: 0.5)},  # to the NNGP regression
    ],
    "spread_follows": [{"outputs": trained(spread=1.5)}, {"outputs": trained(spread=0.6)}],
    "scale_leaves_the_mean": [
        {"small_outputs": trained(scale=KAPPA, shift=0.5)},
        {"small_outputs": trained(scale=KAPPA, spread=2.0)},
    ],
    "learning_is_predicted": [{"learning": learning(spread=1.5)}, {"learning": learning(shift=0.5)}],
    "sgl_diverges": [
        {"divergence": divergence(growth=0.8)},
        {"divergence": divergence(departure=0.25)},
        {"divergence": divergence(mse=0.5)},
    ],
    "surrogates_agree": [
        {"surrogate_errors": surrogate_errors(worst=2.3)},
        {"surrogate_errors": surrogate_errors(worst=0.42)},
    ],
    "real_data_follows": [{"real_data": real_data(place=1.0)}],
    "spiking_means_converge": [
        {"spiking": spiking(offset=lambda width: np.sqrt(width) / 20)},  # away from the SG-NTK mean
        {"spiking": spiking(offset=lambda width: 0.5)},  # to the NNGP regression
    ],
    "resets_move_networks": [{"resets": resets(closest="zero")}, {"resets": resets(closest="subtract")}],
    "gradients_grow_as_predicted": [
        {"growth": growth(factor=1.3)},
        {"growth": growth(factor=0.7)},
        {"growth": growth(rate=1.3)},
        {"growth": growth(rate=0.7)},
    ],
    "vanishing_gradients_learn_less": [{"growth": growth(vanishing=0.1)}, {"growth": growth(silent=0.1)}],
}


@pytest.mark.parametrize(
    ("name", "changes"), [(name, changes) for name, cases in CONTRADICTIONS.items() for changes in cases]
)
def test_data_that_contradict_a_claim_do_not_replicate_it(name, changes):
    assert verdict(name, **changes) == "not replicated"


def test_every_claim_is_contradicted_somewhere():
    assert set(CONTRADICTIONS) == {claim.name for claim in claims.CLAIMS}


def findings_of(name, **changes):
    (chosen,) = (claim for claim in claims.CLAIMS if claim.name == name)
    return Result(chosen, chosen.findings(evidence(**changes), SAMPLING))


def test_an_error_that_stays_the_same_is_no_convergence():
    assert findings_of("ntk_converges", ntk_at_start=kernels(exponent=0.0)).verdict == "undecided"


@pytest.mark.parametrize(
    ("exponent", "rate"), [(-0.5, "replicated"), (-0.125, "not replicated"), (-1.0, "not replicated")]
)
def test_convergence_is_told_from_its_rate(exponent, rate):
    """The squared error falls like 1/n, like the fourth root of 1/n, and like 1/n^2: all converge."""
    result = findings_of("ntk_converges", ntk_at_start=kernels(exponent=exponent))
    assert result.verdict == "replicated"
    assert result.parts == {"convergence": "replicated", "rate 1/n": rate}


def test_the_intervals_of_a_claim_that_decide_hold_together(results):
    for result in results:
        deciding = sum(finding.decides for finding in result.findings)
        assert all(finding.confidence == pytest.approx(1 - 0.05 / deciding) for finding in result.findings)


def test_networks_that_start_from_the_same_weights_are_resampled_together():
    """At both scales the same draws: paired, the distance between the means is known almost exactly."""
    large = trained(seed=4)
    small = trained(scale=KAPPA, seed=4)
    paired = findings_of("scale_leaves_the_mean", outputs=large, small_outputs=small).findings[0]
    fewer = {500: small.last.outputs[500][:-1]}
    apart = Outputs({1000: replace(small.last, outputs=fewer)}, KAPPA)
    independent = findings_of("scale_leaves_the_mean", outputs=large, small_outputs=apart).findings[0]
    assert ("paired" in paired.note, "paired" in independent.note) == (True, False)
    assert paired.estimate.error < 0.9 * independent.estimate.error


@pytest.mark.parametrize("worst", [1.9, 0.52])
def test_surrogates_may_differ_by_less_than_a_factor_of_two(worst):
    """The medians are 1.05 and 0.95, with a standard error of 0.01."""
    assert verdict("surrogates_agree", surrogate_errors=surrogate_errors(worst=worst)) == "replicated"


def test_a_small_run_says_replicated_of_theory_alone():
    found = evaluate(
        ntk_at_start=kernels(networks=3),
        ntk=kernels(networks=3),
        sg_ntk=kernels(networks=3),
        learning=trained(networks=20),
        outputs=trained(networks=20),
        small_outputs=trained(scale=KAPPA, networks=20),
        divergence=divergence(networks=3),
        surrogate_errors=surrogate_errors(sets=3),
        real_data=real_data(networks=3),
        spiking=spiking(networks=20),
        resets=resets(networks=3),
        growth=growth(networks=3),
    )
    assert {result.open for result in found} == {"", "too small a run"}
    replicated = {result.claim.name for result in found if result.verdict == "replicated"}
    assert replicated == {"ntk_limit_is_singular", "sg_ntk_limit_exists", "ntk_learns_nothing"}
    assert {result.verdict for result in found if result.claim.name not in replicated} == {"undecided"}


@pytest.mark.parametrize("missing", ["outputs", "growth"])  # of three claims, and of two
def test_claims_without_their_evidence_are_left_out_and_the_others_stay(results, missing):
    found = evidence()
    del found[missing]
    assert evaluated(found) == tuple(result for result in results if missing not in result.claim.needs)


@pytest.mark.parametrize("missing", SOURCES)
def test_a_claim_without_its_evidence_is_left_out(results, missing):
    found = evidence()
    del found[missing]
    needing = [result.claim for result in results if missing in result.claim.needs]
    assert needing
    assert judgement.evaluate(needing, found, SAMPLING) == ()


@pytest.mark.parametrize(
    ("places", "left_out"),
    [
        ([0, 1, 2], {"vanishing_gradients_learn_less"}),
        ([3, 4], {"vanishing_gradients_learn_less"}),
        ([4], {"gradients_grow_as_predicted", "vanishing_gradients_learn_less"}),
    ],
    ids=["all live", "none lives", "none fires"],
)
def test_claims_on_places_that_the_run_does_not_have_are_left_out(results, places, left_out):
    there = growth()
    some = Growth(
        there.predicted.iloc[places],
        {name: measured[:, places] for name, measured in there.measured.items()},
        there.errors[:, places],
    )
    on_growth = [result.claim for result in results if "growth" in result.claim.needs]
    found = {result.claim.name for result in judgement.evaluate(on_growth, {"growth": some}, SAMPLING)}
    assert found == {claim.name for claim in on_growth} - left_out


def test_one_number_of_a_table_reaches_the_result(results):
    changed = kernels(seed=1)
    changed.loc[5, "empirical"] += 0.5
    assert results[0].claim.findings(evidence(ntk_at_start=changed), SAMPLING) != results[0].findings


def test_the_same_data_give_the_same_results(results):
    assert evaluate() == results


def test_every_finding_has_an_interval_around_its_estimate(results):
    for result in results:
        for finding in result.findings:
            low, high = finding.interval
            assert low <= finding.estimate.value <= high, finding.statistic


@pytest.fixture(scope="module")
def judged(results):
    return Judgement("example", 0.9, results, spread_by_angle(None, 0.9))


def test_results_are_json(results, judged):
    expected = {"run": "example", "confidence": 0.9, "claims": [result.describe() for result in results]}
    assert json.loads(judged.json(), parse_constant=pytest.fail) == expected


def test_the_page_has_every_claim_and_every_statistic(results, judged):
    page = judged.markdown()
    assert "# Claims, tested on the run `example`" in page
    assert "9 claims of the paper: 9 replicated; 8 claims beyond it: 8 replicated" in page
    assert (
        page.index("## Claims of the paper") < page.index("## Claims beyond the paper") < page.index("## ntk_converges")
    )
    for result in results:
        assert f"## {result.claim.name}: {result.verdict}" in page
        assert all(finding.statistic in page for finding in result.findings)
    assert "hold jointly with 90% confidence" in page
    assert "Each interval at 99.17%." in page  # of six that decide
    assert "residual 0.0%" in page


def test_the_decisive_finding_is_one_that_the_verdict_rests_on():
    good = Finding("good", Estimate(1.0, 0.01, 9), Criterion(0.5, 2), "")
    bad = Finding("bad", Estimate(3.0, 0.01, 9), Criterion(0.5, 2), "")
    beside = replace(bad, statistic="beside", decides=False)
    result = Result(claims.CLAIMS[0], (beside, good, bad))
    assert result.decisive is bad
    assert result.describe()["decisive"] == 2
    assert Result(claims.CLAIMS[0], (beside, good)).decisive is good
