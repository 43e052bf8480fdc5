"""Tables of a run, as the claims look at them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from figure_tables import product
from test_claims import POINTS, PROCESS, SAMPLING, ensembles

from replication import claims
from replication.claims.ensembles import Process, from_tables
from replication.claims.evidence import SOURCES, gather
from replication.claims.sampling import Sampling
from replication.claims.spread import spread_by_angle
from replication.claims.verdicts import Criterion


def tables(activation="sign", steps=(10, 20), widths=(100, 20), networks=4, seed=0):
    """Outputs that are drawn, and predictions whose means are 1 + seed, 2 + seed, ..., each at all points."""
    drawn = product(activation=[activation], width=widths, step=steps, network=range(networks), point=range(POINTS))
    drawn["output"] = np.random.default_rng(seed).normal(size=len(drawn))
    points = product(activation=[activation], point=range(POINTS))
    predictions = pd.concat(
        points.assign(kernel=kernel, step=step, mean=float(mean + seed), std=1.0).astype({"step": "Int64"})
        for kernel, step, mean in [("sg_ntk", pd.NA, 1), ("sg_ntk", 20, 2), ("nngp", pd.NA, 3), ("sg_ntk", 10, 4)]
    )
    return drawn, predictions


def chosen(outputs, width, step):
    return outputs[(outputs["width"] == width) & (outputs["step"] == step)]["output"].to_numpy().reshape(-1, POINTS)


def test_ensembles_are_in_the_order_of_steps_and_widths_with_the_predictions_for_the_step():
    outputs, predictions = tables(steps=(20, 10))
    found = from_tables(outputs.sample(frac=1, random_state=0), predictions, "sign")
    assert [*found.by_step] == [10, 20]
    assert found.last is found.by_step[20]
    for step, then in ((10, 4), (20, 2)):
        ensemble = found.by_step[step]
        assert [*ensemble.outputs] == [20, 100]
        np.testing.assert_array_equal(ensemble.outputs[20], chosen(outputs, width=20, step=step))
        assert (ensemble.sg_ntk.mean[0], ensemble.sg_ntk_then.mean[0], ensemble.nngp.mean[0]) == (1, then, 3)


def test_another_activation_does_not_mix_in():
    ours, others = tables(), tables(activation="other", widths=(20, 100, 500))
    outputs, predictions = (pd.concat(pair) for pair in zip(ours, others, strict=True))
    assert from_tables(outputs, predictions, "sign").last.widest == 100


def test_points_with_hardly_any_predicted_spread_are_left_out():
    """From 1 % of the largest predicted variance on, whatever the largest is."""
    process = Process(np.zeros(4), 3 * np.sqrt([1, 0.011, 0.009, 0]))
    assert replace(ensembles(), sg_ntk=process).spread_out.tolist() == [True, True, False, False]


def test_spread_by_angle_of_draws_from_the_process():
    """500 draws: the standard error of a variance ratio is sqrt(2/500) = 0.06, so 5 of them are 0.32."""
    table = spread_by_angle(ensembles(), confidence=0.95)
    assert set(table["point"]) == set(np.flatnonzero(PROCESS.std))
    wide = table[table["width"] == 500]
    np.testing.assert_allclose(wide["variance_ratio"], 1, atol=0.32)
    np.testing.assert_allclose(wide["coverage"], 0.954, atol=0.05)  # 5 standard errors of a share of 500
    assert ((wide["low"] < wide["variance_ratio"]) & (wide["variance_ratio"] < wide["high"])).all()


def test_without_ensembles_the_spread_is_a_table_without_rows():
    empty, full = spread_by_angle(None, 0.95), spread_by_angle(ensembles(), 0.95)
    assert empty.empty
    pd.testing.assert_series_equal(empty.dtypes, full.dtypes)


@pytest.mark.parametrize(("networks", "enough"), [(9, False), (10, True)])
def test_a_finding_needs_the_least_number_of_networks(networks, enough):
    sample = np.linspace(0.99, 1.01, networks)
    found = SAMPLING.of_networks("mean", np.mean, sample, criterion=Criterion(0.9, 1.1), least=10)
    assert found.enough is enough
    assert found.verdict == ("replicated" if enough else "undecided")
    assert ("too few to decide: at least 10" in found.note) is not enough


def test_paired_networks_are_left_out_together():
    """A difference of two measurements of the same networks, which vary much less than the networks do."""
    rng = np.random.default_rng(0)
    one = rng.normal(size=50)
    other = one + 0.01 * rng.normal(size=50)
    findings = [
        SAMPLING.of_networks(
            "", lambda a, b: a.mean() - b.mean(), one, other, criterion=Criterion(), least=2, paired=paired
        )
        for paired in (True, False)
    ]
    assert findings[0].estimate.error == pytest.approx(np.std(one - other, ddof=1) / np.sqrt(50))
    assert findings[1].estimate.error > 50 * findings[0].estimate.error
    assert [finding.note for finding in findings] == ["50 networks, paired", "50 networks"]


SETTINGS = {
    "run": "example",
    "claims": {
        "confidence": 0.9,
        "least_networks": {"kernels": 5, "outputs": 50},
        "activation": "sign",
    },
    "divergence": {"surrogates": {"diverges": "box", "learns": "triangle"}, "compare_at": 10},
    "from_layer": 2,
    "scale": 0.25,
    "reference_point": 7,
}


def run():
    """Tables of a run, by name."""
    (outputs, predictions), (small_outputs, small_predictions) = tables(seed=0), tables(seed=5)
    real_outputs = pd.DataFrame({"network": [0, 0, 1, 1], "sample": [1, 0, 1, 0], "output": [1.0, 2.0, 3.0, 4.0]})
    real_outputs = real_outputs.assign(label=0, width=500)
    real_predictions = pd.DataFrame(
        {
            "kernel": ["sg_ntk", "nngp", "sg_ntk", "nngp", *["sg_ntk", "nngp"] * 2],
            "step": pd.array([9] * 4 + [None] * 4, dtype="Int64"),
            "sample": [1, 1, 0, 0] * 2,
            "mean": [5.0, 7.0, 6.0, 8.0, *[-1.0] * 4],
        }
    ).assign(label=0, images=1000)
    cells = product(network=[1, 0], threshold=[2.0, 0.5], leak=[0.5], sample=[0, 1])
    places = pd.DataFrame({"unit": ["spyx.LIF", "grid"], "slope": [2.0, 1.0], "threshold": 1.0, "leak": 0.5})
    layers = places.merge(product(network=[1, 0], layer=[1, 2, 3]), how="cross")
    number = 100.0 * layers["slope"] + 10 * layers["network"] + layers["layer"]
    return {
        "ntk_at_start": pd.DataFrame({"empirical": [0.0]}),
        "resets": [
            cells.assign(reset=reset, output=size + cells["network"], mean=cells["threshold"] + cells["sample"])
            for reset, size in (("zero", 10.0), ("none", 20.0))
        ],
        "growth_predicted": places.assign(rate=0.5, gradient_growth=0.25, kernel_growth=1.0),
        "growth_measured": layers.assign(rate=number, gradient_growth=number + 0.5, kernel_growth=number + 0.25),
        "deep_errors": layers[layers["layer"] == 1].assign(mse=number).drop(columns="layer"),
        "ntk": pd.DataFrame({"empirical": [1.0]}),
        "sg_ntk": pd.DataFrame({"empirical": [2.0]}),
        "outputs": outputs,
        "outputs_predictions": predictions,
        "learning": outputs,
        "learning_predictions": predictions,
        "small_outputs": small_outputs,
        "small_outputs_predictions": small_predictions,
        "spiking_outputs": outputs.assign(activation="units"),
        "spiking_outputs_predictions": predictions.assign(activation="units"),
        "steepness": pd.DataFrame({"m": [1.0]}),
        "grid": pd.DataFrame({"alpha": [0.0, 0.5, 1.0], "point": [0, 1, 2]}),
        "training_set": pd.DataFrame({"alpha": [1.0, 0.0]}),
        "divergence": [pd.DataFrame({"surrogate": [name]}) for name in ("triangle", "box")],
        "surrogate_errors": pd.DataFrame({"mse": [3.0]}),
        "real_outputs": pd.concat([real_outputs.assign(images=images) for images in (2000, 1000)]),
        "real_predictions": [real_predictions, real_predictions.assign(mean=0.0, images=2000)],
    }


def test_each_evidence_is_made_of_its_own_tables():
    given = run()
    found = gather(given, given.get, SETTINGS)
    assert found.keys() == SOURCES.keys()
    for name in ("ntk_at_start", "ntk", "sg_ntk", "surrogate_errors"):
        assert found[name] is given[name]
    for name, seed, scale in (("outputs", 0, 1.0), ("learning", 0, 1.0), ("small_outputs", 5, 0.25)):
        last = found[name].last
        np.testing.assert_array_equal(last.outputs[100], chosen(given[name], width=100, step=20))
        assert (last.sg_ntk.mean[0], last.nngp.mean[0], found[name].scale) == (1 + seed, 3 + seed, scale)
    assert found["steepness"].table is given["steepness"]
    assert (found["steepness"].reference, {*found["steepness"].training_points}) == (7, {0, 2})
    assert found["divergence"].diverging is given["divergence"][1]
    assert found["divergence"].learning is given["divergence"][0]
    assert found["divergence"].compare_at == 10
    assert [data.name for data in found["real_data"]] == ["1,000 images, n = 500", "2,000 images, n = 500"]
    fewer, more = found["real_data"]
    assert (fewer.outputs.tolist(), fewer.sg_ntk.tolist(), fewer.nngp.tolist()) == (
        [[2, 1], [4, 3]],
        [6, 5],
        [8, 7],
    )
    assert not more.sg_ntk.any()


def test_resets_and_growth_are_in_the_order_of_networks_and_places():
    given = run()
    found = gather(given, given.get, SETTINGS)
    resets, growth = found["resets"], found["growth"]
    assert [*resets.outputs] == ["zero", "none"]
    np.testing.assert_array_equal(resets.outputs["none"], np.broadcast_to([[[[20.0]]], [[[21.0]]]], (2, 1, 2, 2)))
    assert resets.mean.tolist() == [[[0.5, 1.5], [2.0, 3.0]]]
    # Layers 2 and 3, in the order of the predictions.
    assert growth.measured["rate"].tolist() == [[202.5, 102.5], [212.5, 112.5]]
    assert growth.measured["kernel_growth"].tolist() == [[202.75, 102.75], [212.75, 112.75]]
    assert growth.errors.tolist() == [[201, 101], [211, 111]]


def test_evidence_is_there_if_its_tables_are():
    assert [*gather(["grid", "training_set", "outputs", "outputs_predictions"], run().get, SETTINGS)] == ["outputs"]


def test_sampling_is_that_of_the_settings():
    assert Sampling.of_settings(SETTINGS["claims"]) == Sampling(confidence=0.9, least_kernels=5, least_outputs=50)


@pytest.mark.parametrize(
    ("names", "judged"),
    [
        (["outputs", "outputs_predictions"], ["means_converge", "spread_follows"]),
        (["small_outputs", "small_outputs_predictions"], []),  # there is nothing to compare the small scale with
        (["learning", "learning_predictions"], ["learning_is_predicted"]),
        (["grid"], []),
    ],
)
def test_a_run_is_judged_as_far_as_it_goes(names, judged):
    given, settings = run(), {**SETTINGS, "divergence": None, "scale": 1.0}
    found = claims.judge(names, given.__getitem__, settings)
    assert [result.claim.name for result in found.results] == judged
    assert (found.run, found.confidence) == ("example", 0.9)
    assert {*found.spread["width"]} == ({20, 100} if "outputs" in names else set())
