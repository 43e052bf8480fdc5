"""What no field can say by itself: names that must exist, and what must go together."""

from collections.abc import Iterable, Sequence

from replication.real_data_sets import DATA_SETS
from replication.settings._base import ConfigurationError, error, one_of, shown
from replication.settings._flags import is_known
from replication.settings._study import Experiment, Study
from replication.settings.activations import Spiking
from replication.settings.surrogates import SURROGATES, Bump

CLAIMS_RECORD = {"ntk_at_start": "empirical_ntk", "ntk": "empirical_ntk", "sg_ntk": "empirical_sg_ntk"}
"""What the experiments that claims about kernels are tested on record, by role; the others record outputs."""


def check(study: Study) -> None:
    """Raises ConfigurationError at the first thing that does not fit."""
    _check_data(study)
    for name, experiment in study.experiments.items():
        _check_experiment(f"experiments.{name}", experiment, study)
    _check_steepness(study)
    _check_divergence(study)
    _check_comparison(study)
    _check_real_data(study)
    _check_spiking(study)
    _check_name("claims.activation", study.claims.activation, study.activations)
    for role, name in study.claims.experiments.items():
        _check_claim(role, name, study)
    _check_figures(study)


def _check_activation(key: str, name: str, study: Study) -> None:
    """An activation of networks whose inputs are points."""
    _check_name(key, name, study.activations)
    if isinstance(study.activations[name], Spiking):
        raise error(key, name, "no spiking units, whose inputs are currents over time")


def _check_name(key: str, name: str, known: Iterable[str]) -> None:
    if name not in known:
        raise error(key, name, one_of(name, known))


# --- sections ---


def _check_data(study: Study) -> None:
    data = study.data
    if data.reference_point >= data.grid_points:
        raise error(
            "data.reference_point", data.reference_point, f"a grid index below data.grid_points = {data.grid_points}"
        )
    for name, training_set in data.training_sets.items():
        if training_set.source == "grid":
            _check_subset(f"data.training_sets.{name}.points", training_set.points, study)


def _check_subset(key: str, points: int, study: Study) -> None:
    if points > study.data.grid_points:
        raise error(key, points, f"at most data.grid_points = {study.data.grid_points}")


def _check_experiment(key: str, experiment: Experiment, study: Study) -> None:
    surrogate, record = experiment.surrogate, experiment.record
    for index, name in enumerate(experiment.activations):
        _check_name(f"{key}.activations[{index}]", name, study.activations)
        activation = study.activations[name]
        if isinstance(activation, Spiking) != (experiment.encoding is not None):
            raise error(
                f"{key}.activations[{index}]",
                name,
                "spiking units where there is an encoding of the angle as currents over time, and only there",
            )
        if activation.has_jumps and surrogate is None:
            raise ConfigurationError(
                f"{key}.surrogate: got null; expected the name of a surrogate, since {activation.name} has no "
                "derivative to learn with"
            )
        if activation.has_jumps and record != "outputs":
            raise error(
                f"{key}.record",
                record,
                f"'outputs', since the Jacobian of a {activation.name} network is 0 almost everywhere",
            )
    if surrogate is not None:
        _check_name(f"{key}.surrogate", surrogate, study.surrogates)
    if record == "empirical_ntk" and surrogate is not None:
        raise error(f"{key}.surrogate", surrogate, "null, since the NTK takes the true derivative")
    if record == "empirical_sg_ntk" and surrogate is None:
        raise ConfigurationError(f"{key}.surrogate: got null; expected the name of a surrogate for the SG-NTK")
    _check_name(f"{key}.training_set", experiment.training_set, study.data.training_sets)
    for index, plan in enumerate(experiment.widths):
        _check_flags(f"{key}.widths[{index}].xla_flags", plan.xla_flags)


def _check_flags(key: str, flags: str) -> None:
    for flag in flags.split():
        name, _, _ = flag.removeprefix("--").partition("=")
        if not flag.startswith("--xla_") or not is_known(name):
            raise error(key, flag, "a flag that the installed XLA knows, such as --xla_cpu_multi_thread_eigen=false")


def _check_steepness(study: Study) -> None:
    if study.steepness is not None:
        _check_name("steepness.surrogate", study.steepness.surrogate, study.surrogates)
        _check_name("steepness.training_set", study.steepness.training_set, study.data.training_sets)


def _check_divergence(study: Study) -> None:
    chosen, key = study.divergence, "divergence"
    if chosen is None:
        return
    _check_activation(f"{key}.activation", chosen.activation, study)
    for role, name in (("diverges", chosen.surrogates.diverges), ("learns", chosen.surrogates.learns)):
        _check_name(f"{key}.surrogates.{role}", name, study.surrogates)


def _check_comparison(study: Study) -> None:
    chosen, key = study.surrogate_comparison, "surrogate_comparison"
    if chosen is None:
        return
    _check_activation(f"{key}.activation", chosen.activation, study)
    for index, name in enumerate(chosen.surrogates):
        _check_name(f"{key}.surrogates[{index}]", name, study.surrogates)
        if not isinstance(study.surrogates[name], Bump):
            others = " or ".join(name for name, model in SURROGATES.items() if not issubclass(model, Bump))
            raise error(f"{key}.surrogates[{index}]", name, f"one that has a peak and an area to choose, not {others}")
    _check_subset(f"{key}.points", chosen.points, study)


def _check_real_data(study: Study) -> None:
    chosen, key = study.real_data, "real_data"
    if chosen is None:
        return
    _check_activation(f"{key}.activation", chosen.activation, study)
    _check_name(f"{key}.surrogate", chosen.surrogate, study.surrogates)
    _check_activation(f"{key}.smooth_activation", chosen.smooth_activation, study)
    if study.activations[chosen.smooth_activation].has_jumps:
        raise error(f"{key}.smooth_activation", chosen.smooth_activation, "one without jumps, which has an NTK")
    most, there = chosen.images[-1], DATA_SETS[chosen.data_set].images
    if most + chosen.held_out + chosen.test_images > there:
        raise ConfigurationError(
            f"{key}.images[{len(chosen.images) - 1}]: got {shown(most)} images to learn from, {chosen.held_out} held "
            f"out and {chosen.test_images} to test on; expected at most the {there} of {chosen.data_set}"
        )
    networks, convolution = chosen.networks, chosen.convolution
    if networks.hidden_layers not in chosen.hidden_layers:
        expected = f"one of {key}.hidden_layers, {[*chosen.hidden_layers]}"
        raise error(f"{key}.networks.hidden_layers", networks.hidden_layers, expected)
    if networks.batch_size > chosen.images[0]:
        expected = f"at most {key}.images[0] = {chosen.images[0]}"
        raise error(f"{key}.networks.batch_size", networks.batch_size, expected)
    if convolution.images > most:
        raise error(f"{key}.convolution.images", convolution.images, f"at most the last of {key}.images, {most}")


def _check_spiking(study: Study) -> None:
    resets, depths = study.spiking_reset, study.spiking_depth
    if resets is not None:
        _check_name("spiking_reset.surrogate", resets.surrogate, study.surrogates)
    if depths is None:
        return
    key = "spiking_depth"
    _check_name(f"{key}.surrogate", depths.surrogate, study.surrogates)
    if "slope" not in type(study.surrogates[depths.surrogate]).model_fields:
        raise error(f"{key}.surrogate", depths.surrogate, "one that has a slope")
    if depths.measured.from_layer > depths.measured.depth:
        raise error(
            f"{key}.measured.from_layer",
            depths.measured.from_layer,
            f"at most {key}.measured.depth = {depths.measured.depth}",
        )


def _check_claim(role: str, name: str, study: Study) -> None:
    """The experiment that claims are tested on must record what they are about."""
    key = f"claims.experiments.{role}"
    _check_name(key, name, study.experiments)
    experiment = study.experiments[name]
    record = CLAIMS_RECORD.get(role, "outputs")
    if experiment.record != record:
        raise error(key, name, f"an experiment that records {record!r}")
    if role in ("outputs", "small_outputs"):
        _check_name("claims.activation", study.claims.activation, experiment.activations)
    if role == "spiking_outputs" and experiment.encoding is None:
        raise error(key, name, "an experiment with spiking units")
    _check_enough(f"experiments.{name}.networks", experiment.networks, 4 if record == "outputs" else 2, key)
    _check_enough(f"experiments.{name}.steps", experiment.steps, 2 if role in ("ntk", "sg_ntk") else 1, key)
    _check_enough(f"experiments.{name}.widths", experiment.widths, 2, key)


def _check_enough(key: str, got: int | Sequence[object], least: int, claim: str) -> None:
    count, words = (got, f"{got}") if isinstance(got, int) else (len(got), f"{len(got)} of them")
    if count < least:
        raise ConfigurationError(f"{key}: got {words}; expected at least {least}, since {claim} names the experiment")


def _check_figures(study: Study) -> None:
    from replication.figures import FIGURES  # its modules are told by settings what they show

    records = {name: figure.record for name, figure in FIGURES.items() if figure.record}
    for figure, name in study.figures.items():
        key = f"figures.{figure}"
        if figure not in records:
            raise ConfigurationError(f"{key}: got {name!r}; unknown key, expected {one_of(figure, records)}")
        _check_name(key, name, study.experiments)
        if study.experiments[name].record != records[figure]:
            raise error(key, name, f"an experiment that records {records[figure]}")
