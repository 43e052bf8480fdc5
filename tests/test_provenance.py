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
