"""Write requirements.txt, those for docs and lint, and environment.yml from pyproject.toml: `make lock`.

Pins that still satisfy pyproject.toml stay as they are; `make lock UPGRADE=--upgrade` renews them.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / "environment.yml"
PIN = re.compile(r"^[\w.-]+==[^\s;]+", re.MULTILINE)
ENTRY = re.compile(r"^ +- ([\w.-]+==\S+)$", re.MULTILINE)

HASHES = ("--generate-hashes", "--custom-compile-command=make lock")
ALL = ("pyproject.toml", "--extra=neural-tangents", "--extra=study", "--extra=cluster", "--group=dev")
ALONE = ("docs", "lint")  # groups with an environment of their own, without what the library depends on

# The oldest release that the metadata of neural-tangents 0.6.5 allows.
TF2JAX = "tf2jax==0.3.5"

HEADER = """\
# Written by `make lock`; do not edit. The environment of requirements.txt, for conda:
#     conda env create -f environment.yml && conda activate sgntk
#     pip install --no-deps --no-build-isolation -e .
name: sgntk
channels:
  - conda-forge
  - nodefaults
dependencies:
  - python=3.13
  - pip
  - pip:
"""
UNUSED = """\
      # Nothing imports what follows. It is here because a package above names it as a dependency, and
      # conda, unlike `pip install --no-deps`, cannot skip a dependency.
"""


def compile_pins(output: str | Path, *options: str) -> list[str]:
    """Resolve for Python 3.11 into `output`, and return the pins; what `output` has, stays if it may."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--python-version=3.11"]
    subprocess.run([*command, *options, f"--output-file={output}"], cwd=ROOT, check=True)
    return PIN.findall((ROOT / output).read_text())


def excluded(pins: list[str], *options: str) -> list[str]:
    """Pins of what a full resolution has beyond `pins`, consistent with them."""
    with tempfile.TemporaryDirectory() as folder:
        source, output = Path(folder, "requirements.in"), Path(folder, "requirements.txt")
        source.write_text("\n".join([TF2JAX, *pins]))
        output.write_text("\n".join(ENTRY.findall(ENVIRONMENT.read_text())))
        # --no-config: without pyproject.toml's exclude-dependencies.
        every = compile_pins(output, str(source), "--no-config", *options)
    return sorted(set(every) - set(pins))


def main() -> None:
    """Write all files."""
    options = sys.argv[1:]
    for group in ALONE:
        compile_pins(f"requirements-{group}.txt", *HASHES, f"--group={group}", *options)
    pins = compile_pins("requirements.txt", *HASHES, *ALL, *options)
    entries = [f"      - {pin}\n" for pin in pins]
    unused = [f"      - {pin}\n" for pin in excluded(pins, *options)]
    ENVIRONMENT.write_text("".join([HEADER, *entries, UNUSED, *unused]))


if __name__ == "__main__":
    main()
