#!/usr/bin/env bash
# Prints the Python that builds the environments: find_python.sh [PYTHON]
# PYTHON, or where there is none the best on PATH that works and has pip.
set -euo pipefail

# Best first; `make wheels` asks whether the lock has wheels for them. On 3.14 one package has to be compiled.
versions="3.13 3.12 3.11 3.14"

# The interpreter itself, also where an activated environment, about to be replaced, offers its own.
itself() {
    "$1" -c 'import os, sys; print(os.path.realpath(sys.executable))' 2>/dev/null
}

# Its version, and what it lacks; in words that Python 2 understands.
describe() {
    "$1" - <<'END'
import sys
words = [sys.version.split()[0]]
for name in ("venv", "pip"):
    try:
        __import__(name)
    except ImportError:
        words.append("without " + name)
print(" ".join(words))
END
}

candidates() {
    if [ -n "$1" ]; then
        echo "$1"
    else
        for name in $(printf 'python%s ' $versions) python3 python; do type -aP "$name" || true; done
    fi
}

found=""
while read -r candidate; do
    python=$(itself "$candidate") || continue # such as a shim of pyenv without that version
    description=$(describe "$python")
    for version in $versions; do
        if [[ $description =~ ^$version\.[^\ ]*$ ]]; then
            echo "$python"
            exit
        fi
    done
    [[ $found == *"$python ("* ]] || found+="${found:+, }$python ($description)"
done <<< "$(candidates "${1:-}")"

place=${1:+PYTHON=$1 is}
echo "Needed is Python 3.11 to 3.14 with pip, but ${place:-PATH has} ${found:-none that works}." \
    "Install one (Debian, Ubuntu: apt-get install python3 python3-pip), or name it: make PYTHON=/path/to/python3.13" >&2
exit 1
