# The configuration, checked before any job starts, and what several rules share.
import os

import yaml

from sgntk.config import ConfigurationError, read_study

SCHEMA = Path(workflow.current_basedir) / "../schemas/config.schema.yaml"
try:
    STUDY = read_study(config, yaml.safe_load(SCHEMA.read_text()))
except ConfigurationError as error:
    sys.exit(f"Configuration error: {error}")

RESULTS = f"results/{STUDY.run}"
GRID = f"{RESULTS}/datasets/grid.parquet"
TRAINING_SET = f"{RESULTS}/datasets/training_{{training_set}}.parquet"

# A job keeps to one core, and as many jobs as cores run side by side: several times faster than one job on all cores.
os.environ["NPROC"] = "1"  # the size of XLA's thread pool
os.environ["XLA_FLAGS"] = " ".join([os.environ.get("XLA_FLAGS", ""), "--xla_cpu_multi_thread_eigen=false"])


wildcard_constraints:
    experiment="|".join(STUDY.experiments),
    activation="|".join(STUDY.activations),
    training_set="|".join(STUDY.data["training_sets"]),
    width=r"\d+",
    first=r"\d+",
    last=r"\d+",


def library(*modules):
    """Source files of the library that a rule's result depends on."""
    return [f"src/sgntk/{module}.py" for module in modules]


def experiment_of(wildcards):
    return STUDY.experiments[wildcards.experiment]


def architecture_of(wildcards):
    return STUDY.architecture(wildcards.experiment, wildcards.activation)


def training_set_of(wildcards):
    return TRAINING_SET.format(training_set=experiment_of(wildcards).training_set)
