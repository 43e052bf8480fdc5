"""What a table is made from: all that its values depend on, and nothing else."""

import pytest
from test_config import SCHEMA, changed

from sgntk import provenance
from sgntk.config import read_study


def batch(path=None, value=None):
    """Networks 0 to 9 of a width of the sign networks, in the paper's configuration with one value changed."""
    study = read_study(changed("run", "paper") if path is None else changed(path, value), SCHEMA)
    return provenance.batch(study, study.experiments["sign"], "sign", 20, 0, 9)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("training.seed", 11),
        ("training.learning_rate", 0.2),
        ("training.device", "gpu"),
        ("network.sigma_b", 0.2),
        ("surrogates.erf_derivative_1.k", 2),
        ("experiments.sign.networks", 400),
        ("experiments.sign.steps", [10]),
        ("experiments.sign.output_scale", 0.5),
        ("experiments.sign.widths[0].vectorize", 2),
        ("experiments.sign.widths[0].xla_flags", ""),
        ("data.training_sets.B.seed", 4),
        ("data.target[0][0]", 3.0),
    ],
)
def test_a_batch_depends_on_what_its_values_depend_on(path, value):
    assert batch(path, value) != batch()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("experiments.sign.widths[0].networks_per_job", 10),
        ("experiments.sign.widths[1].vectorize", 2),  # another width
        ("experiments.ntk.networks", 20),  # another experiment
        ("data.training_sets.A.seed", 4),  # another training set
        ("training.largest_loss", 10.0),
        ("claims.seed", 1),
        ("resources.rules.default.minutes", 7),
    ],
)
def test_a_batch_depends_on_nothing_else(path, value):
    assert batch(path, value) == batch()


BEYOND = {
    "divergence": lambda study: provenance.divergence(study, "box_1"),
    "surrogate_comparison": lambda study: provenance.surrogate_comparison(study, "surrogate_errors"),
    "real_data": lambda study: provenance.real_data(study, "digits", "outputs"),
}


@pytest.mark.parametrize(
    ("table", "path", "value", "depends"),
    [
        ("divergence", "divergence.seed", 1, True),
        ("divergence", "divergence.network.sigma_b", 0.5, True),
        ("divergence", "surrogates.box_1.half_width", 2, True),
        ("divergence", "training.learning_rate", 0.2, True),
        ("divergence", "surrogates.triangle_1.half_width", 2, False),
        ("divergence", "divergence.compare_at", 200, False),
        ("divergence", "network.sigma_b", 0.2, False),
        ("surrogate_comparison", "surrogate_comparison.heights.area", 1.0, True),
        ("surrogate_comparison", "surrogates.laplace_1.slope", 2, True),
        ("surrogate_comparison", "data.target[0][0]", 3.0, True),
        ("surrogate_comparison", "real_data.seed", 1, False),
        ("real_data", "real_data.width", 7, True),
        ("real_data", "surrogates.erf_derivative_1.k", 2, True),
        ("real_data", "surrogates.box_1.half_width", 2, False),
        ("real_data", "data.target[0][0]", 3.0, False),
    ],
)
def test_tables_beyond_the_paper_depend_on_their_own_part(table, path, value, depends):
    before, after = (
        BEYOND[table](read_study(config, SCHEMA)) for config in (changed("run", "paper"), changed(path, value))
    )
    assert (before != after) == depends
