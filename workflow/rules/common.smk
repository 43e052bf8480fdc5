# The configuration, checked before any job starts, and the layout of the run: which files, made from what, asking for what.
import os

REPOSITORY = Path(workflow.current_basedir).resolve().parents[1]
SOURCES = str(REPOSITORY / "src")
sys.path.insert(0, SOURCES)

from replication import settings
from replication.layout import Layout
from replication.store import locking
from replication.store.files import remove_temporary
from replication.terminal.run import Terminal

PAPER = str(REPOSITORY / "workflow/config/paper.yaml")


def checked(function, *arguments):
    """What a function gives; one line ends the run where it finds the configuration wrong."""
    try:
        return function(*arguments)
    except settings.ConfigurationError as error:
        sys.exit(f"Configuration error: {error}")


for path in (PAPER, *workflow.configfiles):
    checked(settings.check_file, path)


configfile: PAPER


LAYOUT = Layout(checked(settings.read, config, workflow.config_settings.config))

# What jobs find when they start: the packages of the repository, the process that a job ends with, and what JAX and
# Matplotlib read when they are imported: a training job asks for a GPU itself, and the terminal of a notebook has a
# backend of its own.
os.environ |= {
    "PYTHONPATH": os.pathsep.join(filter(None, [SOURCES, os.environ.get("PYTHONPATH")])),
    "SNAKEMAKE_PROCESS": str(os.getpid()),
    "JAX_PLATFORMS": "cpu",
    "MPLBACKEND": "agg",
}


TERMINAL = Terminal(LAYOUT, workflow, REPOSITORY / "Snakefile")


wildcard_constraints:
    **LAYOUT.wildcards,


def start_run():
    """Keeps other runs out of the folder of results, until this process ends in whatever way."""
    global LOCK  # held as long as this process lives
    try:
        LOCK = locking.lock(LAYOUT.run)
    except locking.LockedError as error:
        sys.exit(f"Error: {error}")
    remove_temporary(LAYOUT.run)


def inputs_of(rule):
    """Input files of a job, by name."""
    return lambda wildcards: LAYOUT.inputs(rule, **wildcards)


def made_from(rule):
    """What the outputs of a job are made from: where it differs from what it was, Snakemake makes them anew."""
    return lambda wildcards: LAYOUT.made_from(rule, **wildcards)


# Functions of `input` are no parameters whose change makes anything anew.
def read_from(rule):
    """What the input files of a job must be made from."""
    return lambda wildcards, input: LAYOUT.read_from(rule, **wildcards)


def options_of(rule):
    """What a job is told that changes no value."""
    return lambda wildcards, input: LAYOUT.options(rule, **wildcards)
