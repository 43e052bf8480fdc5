"""Whether the locks can be installed wherever make may run, from wheels but for what is said below: `make wheels`.

For every Python that tools/find_python.sh accepts and every platform below: does each pin have a wheel, and does
requirements.txt pin all that the dependencies ask for there? Only metadata is downloaded.
"""

import itertools
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from lock import ALL, ALONE, PIN, ROOT

COMPILED = {"3.14": {"immutables==0.21"}}
"""Pins without a wheel that docs/running.md says need a compiler, by version of Python."""

PLATFORMS = ("x86_64-manylinux_2_28", "aarch64-manylinux_2_28", "aarch64-apple-darwin")


def pythons() -> list[str]:
    """The versions that tools/find_python.sh accepts, oldest first."""
    [versions] = re.findall(r'^versions="(.*)"', (ROOT / "tools/find_python.sh").read_text(), re.MULTILINE)
    return sorted(versions.split(), key=lambda version: int(version.partition(".")[2]))


def resolve(*arguments: str, pins: str = "") -> subprocess.CompletedProcess[str]:
    """What uv makes of requirements, and of pins that it reads as its input."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--no-header", "--no-annotate", *arguments]
    return subprocess.run(command, cwd=ROOT, input=pins, capture_output=True, text=True, check=False)


def without_wheel(pins: list[str], *where: str) -> list[str]:
    """The pins that have no wheel, found by halving, for uv names one at a time."""
    if resolve("-", "--no-deps", "--only-binary=:all:", *where, pins="\n".join(pins)).returncode == 0:
        return []
    if len(pins) == 1:
        return pins
    middle = len(pins) // 2
    return [*without_wheel(pins[:middle], *where), *without_wheel(pins[middle:], *where)]


def unpinned(*where: str) -> list[str]:
    """What the dependencies ask for beyond requirements.txt."""
    done = resolve(*ALL, "--constraint=requirements.txt", *where)
    if done.returncode != 0:
        raise SystemExit(f"requirements.txt does not resolve with {' '.join(where)}:\n{done.stderr}")
    return sorted(set(PIN.findall(done.stdout)) - set(PIN.findall((ROOT / "requirements.txt").read_text())))


def complaints(python: str, platform: str) -> list[str]:
    """What is missing for a Python on a platform, a line each."""
    where = (f"--python-version={python}", f"--python-platform={platform}")
    locks = ["requirements.txt", *(f"requirements-{group}.txt" for group in ALONE)]
    pins = {lock: sorted({*PIN.findall((ROOT / lock).read_text())} - COMPILED.get(python, set())) for lock in locks}
    missing = {lock: without_wheel(pins[lock], *where) for lock in locks}
    lines = [f"{lock}: no wheel of {' '.join(found)}" for lock, found in missing.items() if found]
    return lines or [f"requirements.txt: no pin of {' '.join(beyond)}" for beyond in [unpinned(*where)] if beyond]


def main() -> None:
    """Print what is missing; fail if anything is."""
    pairs = list(itertools.product(pythons(), PLATFORMS))
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda pair: complaints(*pair), pairs))
    for (python, platform), lines in zip(pairs, found, strict=True):
        print(f"Python {python}, {platform}: {'complete' if not lines else ''}", *lines, sep="\n    ")
    sys.exit(1 if any(found) else 0)


if __name__ == "__main__":
    main()
