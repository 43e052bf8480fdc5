#!/usr/bin/env bash
# Runs the workflow through Slurm, in this folder: tools/slurm.sh [arguments of snakemake]. After a crash, the same again.
# Jobs outlive the snakemake that submitted them, and the next one does not know them: it would submit them a second time.
# So this ends first what a dead run left behind in the queue. What had finished by then stays.
set -euo pipefail
snakemake=${SNAKEMAKE:-.venv/bin/snakemake}

# Held by this process, snakemake in the end, as long as it lives; the kernel frees it however that ends.
mkdir -p .snakemake
exec 9> .snakemake/slurm.lock
flock --nonblock 9 || { echo "tools/slurm.sh: another run goes on in $PWD" >&2; exit 1; }

# Jobs of the profile's name that were submitted from here.
left_behind() {
    squeue --noheader --user "$(id -un)" --format '%A|%j|%Z' |
        awk -F '|' -v here="$(pwd -P)" '$2 ~ /^sgntk_/ && $3 == here {print $1}' | sort -u
}

jobs=$(left_behind)
if [ -n "$jobs" ]; then
    echo "tools/slurm.sh: cancelling the jobs of a run that died:" $jobs >&2
    scancel $jobs || true # one may have ended by now
    while [ -n "$(left_behind)" ]; do sleep 1; done
fi
exec "$snakemake" --profile profiles/slurm "$@"
