"""The study and its parts, as a configuration has them."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from replication.real_data_sets import DATA_SETS
from replication.settings._base import (
    Array,
    Ascending,
    Bounds,
    Count,
    Distinct,
    Index,
    Model,
    Name,
    Named,
    NotNegative,
    Positive,
    Real,
    Seed,
    Several,
    Share,
    as_tuple,
    refusal,
    refused,
)
from replication.settings._kinds import one_of
from replication.settings._spiking import SpikingDepth, SpikingReset
from replication.settings.activations import ACTIVATIONS, Activation, Spiking
from replication.settings.surrogates import SURROGATES, Surrogate

if TYPE_CHECKING:
    AnyActivation = Activation
    AnySurrogate = Surrogate
    DataSetName = str
else:
    AnyActivation = one_of({**ACTIVATIONS, "spiking": Spiking})
    AnySurrogate = one_of(SURROGATES)
    DataSetName = Literal[*DATA_SETS]

Layers = Annotated[int, Bounds(least=1, most=1000)]  # each is compiled by itself
Role = Literal["ntk_at_start", "ntk", "sg_ntk", "learning", "outputs", "small_outputs", "spiking_outputs"]


# --- what all have in common ---


def _term(given: Any) -> tuple[Any, ...]:
    term = as_tuple(given)
    if len(term) != 3:
        raise refused(given, f"at {'least' if len(term) < 3 else 'most'} 3 entries")
    return term


Term = Annotated[tuple[Real, Index, Index], BeforeValidator(_term)]


class TrainingSet(Model):
    """Training inputs on the circle, with the target function's values."""

    source: Literal["uniform", "grid"] = Field(description="Angles uniform on the circle, or grid points, each once.")
    points: Count = Field(description="Number of training points.")
    seed: Seed = Field(description="Seed of the draw of the training points.")


class Data(Model):
    """The grid of inputs, the target function and the training sets."""

    grid_points: Count = Field(description="Number of angles alpha_i = 2 pi i / grid_points - pi on the circle.")
    reference_point: Index = Field(description="Grid index of the fixed argument x0 of the recorded kernels.")
    target: Array[Term] = Field(description="Terms [c, i, j] of the target function, the sum of c x1^i x2^j.")
    training_sets: Annotated[Named[TrainingSet], Field(min_length=1)] = Field(description="Training sets by name.")


class Network(Model):
    """What networks have in common."""

    hidden_layers: Layers = Field(description="Number of hidden layers.")
    sigma_w: Positive = Field(description="Standard deviation of the weights.")
    sigma_b: NotNegative = Field(description="Standard deviation of the biases.")


class Training(Model):
    """How all networks are trained."""

    learning_rate: Positive = Field(description="Step size of gradient descent on 1/(2N) sum (f - y)^2.")
    seed: Seed = Field(description="Seed of the networks' initial weights.")
    largest_loss: Positive = Field(
        description="A larger loss of any network ends its job with an error; checked about every 1,000 steps."
    )
    device: Literal["cpu", "gpu"] = Field(
        description="Where networks are trained, a job on one core or on one GPU. Results differ by rounding only."
    )
    jobs_per_gpu: Count = Field(
        1, description="Training jobs that share a GPU: while one compiles or starts, another computes."
    )


# --- ensembles ---


class WidthPlan(Model):
    """A hidden layer width, and how the training of its networks is cut into jobs."""

    width: Count = Field(description="Units in each hidden layer.")
    networks_per_job: Count = Field(description="Networks that one job trains.")
    vectorize: Count = Field(description="Networks that a job trains side by side; 1 is best on a CPU.")
    xla_flags: str = Field("", description="XLA flags for the training, beside those of the environment.")


def _each_width_once(plans: tuple[WidthPlan, ...]) -> tuple[WidthPlan, ...]:
    widths = [plan.width for plan in plans]
    if len(set(widths)) < len(widths):
        raise refusal(f"got widths {widths}; expected each width once")
    return plans


class Encoding(Model):
    """Currents over time that stand for an angle, as `replication.currents` has them."""

    steps: Count = Field(description="Steps in time, T.")
    dimension: Count = Field(description="Input currents at each step.")
    seed: Seed = Field(description="Seed of the draw of the currents.")


class Experiment(Model):
    """An ensemble of networks to train for each activation and width, and what to record of it."""

    record: Literal["empirical_ntk", "empirical_sg_ntk", "outputs"] = Field(
        description="What is recorded of each network, for every grid point."
    )
    activations: Distinct[Name] = Field(description="Names of activations.")
    surrogate: Name | None = Field(
        description="Name of a surrogate; null for the activation's own derivative, that is, gradient descent."
    )
    encoding: Encoding | None = Field(
        None, description="How an angle becomes the input of spiking units; null for the point (sin, cos) of others."
    )
    network: Network | None = Field(None, description="The networks, in place of those of `network`.")
    learning_rate: Positive | None = Field(None, description="Step size, in place of `training.learning_rate`.")
    output_scale: Positive = Field(description="Factor kappa of the network's output.")
    training_set: Name = Field(description="Name of a training set.")
    networks: Count = Field(description="Networks per activation and width.")
    steps: Ascending[Index] = Field(
        description="Gradient descent steps to record at, ascending; the last one ends the training."
    )
    widths: Annotated[Array[WidthPlan], AfterValidator(_each_width_once)] = Field(
        description="Hidden layer widths, and how their training is cut into jobs."
    )

    def plan(self, width: int) -> WidthPlan:
        """The plan of one of the experiment's widths."""
        return next(plan for plan in self.widths if plan.width == width)

    def batches(self, width: int) -> list[tuple[int, int]]:
        """First and last network of each job."""
        size = self.plan(width).networks_per_job
        starts = range(0, self.networks, size)
        return [(start, min(start + size, self.networks) - 1) for start in starts]


# --- one experiment each ---


class Steepness(Model):
    """A sweep of the kernels of erf(m z) over m."""

    m: Annotated[Distinct[Positive], Field(min_length=3)] = Field(
        description="Steepness of erf(m z), at least 3 values, which are the points of a regression."
    )
    hidden_layers: Distinct[Layers] = Field(description="Numbers of hidden layers.")
    surrogate: Name = Field(description="Name of the SG-NTK's surrogate.")
    training_set: Name = Field(description="Name of the training set that regression with the kernels learns from.")


class DivergenceSurrogates(Model):
    """The surrogates that `divergence` compares."""

    diverges: Name = Field(description="Name of a surrogate with which learning diverges.")
    learns: Name = Field(description="Name of a surrogate with which it does not.")


class Divergence(Model):
    """Networks that learn with a kernel that is not symmetric."""

    inputs: Array[Array[Real]] = Field(description="Training inputs, each a list of coordinates.")
    targets: Array[Real] = Field(description="Training targets, one for each input.")
    network: Network = Field(description="The networks, in place of those of `network`.")
    activation: Name = Field(description="Name of an activation.")
    surrogates: DivergenceSurrogates = Field(description="Names of the surrogates to compare.")
    networks: Count = Field(description="Networks per width.")
    seed: Seed = Field(description="Seed of the networks' initial weights.")
    steps: Ascending[Index] = Field(description="Gradient descent steps to look at, ascending from 0.")
    widths: Annotated[Ascending[Count], Field(min_length=2)] = Field(
        description="Hidden layer widths, ascending, at least two."
    )
    compare_at: Count = Field(description="One of the steps, at which the growth is compared with the predicted one.")

    @model_validator(mode="after")
    def _check(self) -> "Divergence":
        if len(self.targets) != len(self.inputs):
            raise refusal(
                f"got {len(self.targets)} of them; expected as many as divergence.inputs, {len(self.inputs)}", "targets"
            )
        if len({len(point) for point in self.inputs}) > 1:
            raise refused([list(point) for point in self.inputs], "all of one dimension", "inputs")
        if self.steps[0] != 0:
            raise refused(self.steps, "to begin with 0, the start to compare with", "steps")
        if self.compare_at not in self.steps:
            raise refused(self.compare_at, f"one of divergence.steps, {list(self.steps)}", "compare_at")
        return self


class Heights(Model):
    """What all compared surrogates are given, in place of their own."""

    peak: Positive = Field(description="Value at 0.")
    area: Positive = Field(description="Integral.")


class SurrogateComparison(Model):
    """SG-NTKs, and the errors of what is learned with them, for many surrogates."""

    activation: Name = Field(description="Name of an activation.")
    surrogates: Annotated[Distinct[Name], Field(min_length=2)] = Field(
        description="Names of surrogates that have a peak and an area, at least two."
    )
    heights: Heights = Field(description="The common peak, and the common area, that all surrogates are scaled to.")
    training_sets: Several = Field(description="Number of training sets drawn from the grid.")
    points: Count = Field(description="Number of points of a training set.")
    seed: Seed = Field(description="Seed of the training sets.")
    steps: Ascending[Index] = Field(description="Gradient descent steps to predict at, ascending, beside convergence.")


class ImageNetworks(Model):
    """Networks that learn the images in mini-batches."""

    hidden_layers: Layers = Field(description="Number of hidden layers; one that real_data lists, too.")
    widths: Ascending[Count] = Field(description="Units in each hidden layer, ascending.")
    networks: Several = Field(description="Number of networks for each width.")
    steps: Count = Field(description="Gradient descent steps.")
    batch_size: Count = Field(description="Images in a mini-batch.")
    learning_rate: Positive = Field(description="Step size of gradient descent on 1/(2N) sum (f - y)^2.")


class Convolution(Model):
    """Convolutional networks of infinite width."""

    images: Several = Field(description="Number of images to learn from.")
    filters: Array[Count] = Field(description="Size k of the k x k filters of each layer.")
    stride: Count = Field(description="Pixels from one place of a filter to the next, in every layer.")


class RealData(Model):
    """Kernel regression and trained networks side by side on images with classes."""

    data_set: DataSetName = Field(description="Name of a data set.")
    images: Ascending[Several] = Field(description="Numbers of images to learn from, ascending.")
    held_out: Several = Field(description="Images to choose the ridge and the factor of standard deviations with.")
    test_images: Several = Field(description="Images to test on.")
    seed: Seed = Field(description="Seed of the draw of the images, and of the networks' initial weights.")
    hidden_layers: Distinct[Layers] = Field(description="Numbers of hidden layers of the kernels.")
    activation: Name = Field(description="Name of the activation of NNGP, SG-NTK and networks.")
    surrogate: Name = Field(description="Name of a surrogate.")
    smooth_activation: Name = Field(description="Name of the activation of the NTK.")
    ridges: Ascending[NotNegative] = Field(description="Ridges to choose from, ascending.")
    ridge_images: Several = Field(description="Training images, the first ones, to choose the ridge with.")
    networks: ImageNetworks = Field(description="Networks that learn the images in mini-batches.")
    convolution: Convolution = Field(description="Convolutional networks of infinite width.")


# --- what comes of them ---


def _without_nulls(given: Any) -> Any:
    return {key: value for key, value in given.items() if value is not None} if isinstance(given, Mapping) else given


class LeastNetworks(Model):
    """Networks for each width that a verdict needs."""

    kernels: Count = Field(description="For claims about kernels.")
    outputs: Count = Field(description="For claims about outputs.")


class Claims(Model):
    """How the verdicts on the paper's claims are reached."""

    confidence: Share = Field(description="Confidence of the intervals of a claim together, above 0 and below 1.")
    least_networks: LeastNetworks = Field(description="Networks for each width that a verdict needs.")
    activation: Name = Field(description="Name of the activation whose outputs the claims are about.")
    experiments: Annotated[
        dict[Role, Name], BeforeValidator(_without_nulls, json_schema_input_type=dict[Role, Name | None])
    ] = Field({}, description="Names of the experiments that the claims are tested on: no role, no verdict.")


class Request(Model):
    """What a job asks of the machine that runs it."""

    memory_mb: Count = Field(description="Memory, in MB.")
    minutes: Count = Field(description="Time limit, for training without that of the steps.")

    def times(self, attempt: int) -> "Request":
        """The request of a job that failed before: as many times as much as this is the attempt, from 1."""
        return Request(memory_mb=attempt * self.memory_mb, minutes=attempt * self.minutes)


class TrainingRequest(Request):
    """What training jobs of a range of widths ask for."""

    up_to_width: Count = Field(description="Largest width that the entry is for.")
    step_microseconds: Positive = Field(description="Time limit for each gradient descent step of each network.")


def _ascending_widths(entries: tuple[TrainingRequest, ...]) -> tuple[TrainingRequest, ...]:
    bounds = [entry.up_to_width for entry in entries]
    if bounds != sorted(set(bounds)):
        raise refusal(f"got up_to_width {bounds}; expected ascending widths")
    return entries


def _with_default(rules: dict[str, Request]) -> dict[str, Request]:
    if "default" not in rules:
        raise refusal("missing; what every rule without its own asks for", "default")
    return rules


class Resources(Model):
    """What jobs ask of a scheduler at the first attempt; at the second twice as much, and so on."""

    rules: Annotated[dict[Annotated[str, Field(pattern="^[a-z0-9_]+$")], Request], AfterValidator(_with_default)] = (
        Field(description="Requests by rule; `default` is for every rule without its own.")
    )
    training: Annotated[Array[TrainingRequest], AfterValidator(_ascending_widths)] = Field(
        description="Requests of training jobs; an entry holds for the widths above the one before, the last also for "
        "wider networks."
    )


# --- all of it ---


class Study(Model):
    """Configuration of a study."""

    run: Name = Field(description="Name of the run; its results go to results/<run>.")
    data: Data = Field(description="The grid of inputs, the target function and the training sets.")
    network: Network = Field(description="What all networks have in common.")
    training: Training = Field(description="How all networks are trained.")
    activations: Annotated[Named[AnyActivation], Field(min_length=1)] = Field(
        description="Activation functions by name."
    )
    surrogates: Named[AnySurrogate] = Field(description="Surrogates by name.")
    experiments: Annotated[
        Named[Experiment], BeforeValidator(_without_nulls, json_schema_input_type=dict[Name, Experiment | None])
    ] = Field(description="Ensembles to train, by name. Null drops one.")
    steepness: Steepness | None = Field(None, description="Kernels of erf(m z) as m grows; null for none.")
    divergence: Divergence | None = Field(None, description="Learning that diverges; null for none.")
    surrogate_comparison: SurrogateComparison | None = Field(
        None, description="Kernels of many surrogates, and what is learned with them; null for none."
    )
    real_data: RealData | None = Field(None, description="Images with classes; null for none.")
    spiking_reset: SpikingReset | None = Field(
        None, description="Spiking networks with a reset against the kernel without; null for none."
    )
    spiking_depth: SpikingDepth | None = Field(
        None, description="How gradients grow from layer to layer in spiking networks; null for none."
    )
    claims: Claims = Field(description="How the verdicts on the paper's claims are reached.")
    figures: Annotated[
        dict[str, Name], BeforeValidator(_without_nulls, json_schema_input_type=dict[str, Name | None])
    ] = Field({}, description="Name of the experiment that each figure shows: no name, no figure.")
    resources: Resources = Field(description="What jobs ask of a scheduler. No result depends on it.")

    @model_validator(mode="before")
    @classmethod
    def _without_dropped(cls, given: Any) -> Any:
        """Without figures and roles in claims that name an experiment which is null."""
        if not isinstance(given, Mapping) or not isinstance(given.get("experiments"), Mapping):
            return given
        dropped = [name for name, experiment in given["experiments"].items() if experiment is None]

        def kept(section: Any, key: str) -> Any:
            if not isinstance(section, Mapping) or not isinstance(section.get(key), Mapping):
                return section
            return {**section, key: {use: name for use, name in section[key].items() if name not in dropped}}

        given = kept(given, "figures")
        return {**given, "claims": kept(given["claims"], "experiments")} if "claims" in given else given

    def request(self, rule: str) -> Request:
        """What a job of a rule asks for; training jobs excepted."""
        return self.resources.rules.get(rule, self.resources.rules["default"])

    def training_entry(self, width: int) -> TrainingRequest:
        """What of `resources.training` holds for a width."""
        entries = self.resources.training
        return next((entry for entry in entries if width <= entry.up_to_width), entries[-1])

    def training_request(self, experiment: str, width: int, networks: int) -> Request:
        """What a job asks for that trains so many networks of a width: time for each step of each network."""
        entry = self.training_entry(width)
        steps = networks * self.experiments[experiment].steps[-1]
        minutes = entry.minutes + math.ceil(steps * entry.step_microseconds / 60e6)
        return Request(memory_mb=entry.memory_mb, minutes=minutes)

    # Descriptions are plain: numbers and strings, as the configuration has them.

    def surrogate(self, name: str) -> dict[str, Any]:
        """The description of a surrogate, which `replication.build.surrogate` takes."""
        return _plain(self.surrogates[name])

    def architecture(self, experiment: str, activation: str) -> dict[str, Any]:
        """The description of an experiment's networks, which `replication.build.architecture` takes."""
        chosen = self.experiments[experiment]
        surrogate = None if chosen.surrogate is None else self.surrogate(chosen.surrogate)
        return self.networks(activation, surrogate, chosen.network, chosen.output_scale)

    def learning_rate(self, experiment: str) -> float:
        """The step size of an experiment."""
        return self.experiments[experiment].learning_rate or self.training.learning_rate

    def networks(
        self,
        activation: str,
        surrogate: dict[str, Any] | None,
        network: Network | None = None,
        output_scale: float = 1.0,
    ) -> dict[str, Any]:
        """The same of networks of no experiment, from the description of their surrogate."""
        return {
            "activation": _plain(self.activations[activation]),
            "surrogate": surrogate,
            "output_scale": output_scale,
            **_plain(network or self.network),
        }

    @property
    def angles(self) -> dict[str, TrainingSet]:
        """The training sets that experiments learn as points of the circle, not as currents."""
        learned = {chosen.training_set for chosen in self.experiments.values() if chosen.encoding is None}
        return {name: chosen for name, chosen in self.data.training_sets.items() if name in learned}

    def with_depth(self, hidden_layers: int) -> Network:
        """The networks of `network`, but for their depth."""
        return self.network.model_copy(update={"hidden_layers": hidden_layers})

    def settings(self, experiment: str) -> dict[str, Any]:
        """What decides the numbers of an experiment's networks, whichever are trained and for how many steps."""
        chosen = self.experiments[experiment]
        data = _plain(self.data)
        return {
            "record": chosen.record,
            "surrogate": None if chosen.surrogate is None else self.surrogate(chosen.surrogate),
            "output_scale": chosen.output_scale,
            **_plain(chosen.network or self.network),
            "networks": chosen.networks,
            **{name: value for name, value in _plain(self.training).items() if name in ("seed", "device")},
            "learning_rate": self.learning_rate(experiment),
            "training_set": data["training_sets"][chosen.training_set],
            **{name: data[name] for name in ("target", "grid_points", "reference_point")},
        }


def _plain(model: Model) -> dict[str, Any]:
    """A model as its configuration has it: optional fields only where they are given."""
    return model.model_dump(mode="json", exclude_unset=True)
