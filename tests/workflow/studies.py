"""A copy of what a run needs, with a configuration that takes seconds, and the command that a user gives."""

import shutil
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
PARTS = ["Snakefile", "environment.yml", "profiles", "scripts", "src", "tools", "workflow"]
WIDTHS = [{"width": width, "networks_per_job": 2, "vectorize": 1} for width in (4, 8)]
KERNELS = {"networks": 2, "widths": WIDTHS}
ENSEMBLE = {"networks": 4, "steps": [3], "widths": WIDTHS}
TINY = {
    "run": "tiny",
    "experiments": {
        "ntk": {"activations": ["erf_2"], "steps": [0, 2], **KERNELS},
        "sg_ntk": {"activations": ["erf_2"], "steps": [0, 2], **KERNELS},
        "sign": ENSEMBLE,
        "sign_small_output": ENSEMBLE,
        "spiking": ENSEMBLE,
    },
    "divergence": {"networks": 2, "steps": [0, 1, 2], "widths": [4, 8], "compare_at": 1},
    "surrogate_comparison": {"surrogates": ["box_1", "triangle_1"], "training_sets": 2, "points": 3, "steps": [1]},
    "real_data": {
        "data_set": "digits",
        "images": [6],
        "held_out": 4,
        "test_images": 4,
        "hidden_layers": [1, 2],
        "ridges": [0.1],
        "networks": {"widths": [4], "networks": 2, "steps": 1, "batch_size": 3},
        "convolution": {"images": 4, "filters": [3]},
    },
    "spiking_reset": {
        "thresholds": [1.0],
        "leaks": [0.5],
        "currents": {"steps": 2, "training_points": 2, "test_points": 2},
        "width": 4,
        "networks": 3,
        "steps": 1,
        "monte_carlo": {"width": 4, "networks": 2},
    },
    "spiking_depth": {
        "slopes": [1.0],
        "thresholds": [1.0],
        "libraries": [],
        "currents": {"steps": 2, "training_points": 2},
        "measured": {"depth": 2, "from_layer": 1, "width": 4, "networks": 2, "points": 1},
        "learning": {"hidden_layers": 1, "width": 4, "networks": 2, "steps": 1},
    },
}

LEFT_OUT = ["steepness", "divergence", "surrogate_comparison", "real_data", "spiking_reset", "spiking_depth"]
SMALL = TINY | {
    "experiments": TINY["experiments"] | dict.fromkeys(["sg_ntk", "sign_small_output", "spiking"]),
    **dict.fromkeys(LEFT_OUT),
}
"""With the kernel of one experiment and the networks of another, for what a whole run shows whatever is in it."""


def create(folder, config=TINY):
    """Copies what a run needs to a folder, and writes the configuration."""
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder)
    (folder / "tiny.yaml").write_text(yaml.safe_dump(config))
    return folder


def start(study, *arguments, config="tiny.yaml", prefix=(), **options):
    """Starts snakemake in the study; `prefix` is a command that starts it in turn."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(
        [*prefix, sys.executable, "-m", "snakemake", *arguments, "--cores", "2", "--configfile", config],
        cwd=study,
        text=True,
        **{**pipes, **options},
    )


def run(study, *arguments, config="tiny.yaml", check=True, **options):
    """Runs snakemake to its end, which is expected to be a good one unless `check` is false."""
    with start(study, *arguments, config=config, **options) as process:
        stdout, stderr = process.communicate(timeout=600)
    assert process.returncode == 0 or not check, stderr
    return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)
