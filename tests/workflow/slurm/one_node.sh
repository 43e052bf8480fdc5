#!/usr/bin/env bash
# A Slurm of one node for the tests, from Debian's packages, with a GPU that is only pretended. Needs root.
#   one_node.sh up | down | restart-controller
# State and logs are in $ONE_NODE_SLURM, by default /tmp/sgntk-slurm.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
state=${ONE_NODE_SLURM:-/tmp/sgntk-slurm}
host=$(hostname -s)
export PATH=$PATH:/usr/sbin
unset SLURM_CONF

install_packages() {
    local program missing=
    for program in slurmctld slurmd sbatch munged; do
        command -v "$program" >/dev/null || missing=1
    done
    [ -n "$missing" ] || return 0
    command -v apt-get >/dev/null || { echo "one_node.sh: no Slurm here, and no apt-get to install it" >&2; exit 1; }
    # Until the packages are there, none may start its service.
    local policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' > "$policy"
        chmod +x "$policy"
        trap "rm -f $policy" EXIT
    fi
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends slurm-wlm munge >/dev/null
}

configure() {
    local memory
    memory=$(awk '/MemTotal/ {print int($2 / 1024 * 0.9)}' /proc/meminfo)
    mkdir -p "$state"/{controller,node} /etc/slurm
    chmod 755 "$state"
    sed -e "s|@STATE@|$state|" -e "s|@HOST@|$host|" -e "s|@CPUS@|$(nproc)|" -e "s|@MEMORY@|$memory|" \
        "$here/slurm.conf" > "$state/slurm.conf"
    echo "Name=gpu File=/dev/null" > "$state/gres.conf"
    # In /etc/slurm, since the job steps of snakemake's plugin lose SLURM_CONF.
    for file in slurm.conf gres.conf; do
        if [ -e "/etc/slurm/$file" ] && [ ! "/etc/slurm/$file" -ef "$state/$file" ]; then
            echo "one_node.sh: this machine has a Slurm already: /etc/slurm/$file" >&2
            exit 1
        fi
        ln -sf "$state/$file" /etc/slurm/
    done
    [ -s "$state/munge.key" ] || (umask 077 && head -c 1024 /dev/urandom > "$state/munge.key")
}

start() { # start DAEMON ARGUMENTS...
    setsid "$@" > "$state/$1.out" 2>&1 < /dev/null &
    echo $! > "$state/$1.pid"
}

runs() {
    [ -s "$state/$1.pid" ] && [ "$(cat "/proc/$(cat "$state/$1.pid")/comm" 2>/dev/null)" = "$1" ]
}

stop() {
    if runs "$1"; then
        local pid
        pid=$(cat "$state/$1.pid")
        kill "$pid"
        for _ in $(seq 50); do
            runs "$1" || break
            sleep 0.2
        done
        ! runs "$1" || kill -9 "$pid"
    fi
    rm -f "$state/$1.pid"
}

wait_for() { # wait_for WHAT COMMAND...
    local what=$1
    shift
    for _ in $(seq 600); do
        if "$@"; then return; fi
        sleep 0.2
    done
    echo "one_node.sh: $what did not come up in 2 minutes; the logs:" >&2
    tail -n 20 "$state"/*.log "$state"/*.out >&2
    down
    exit 1
}

munge_answers() { munge --socket "$state/munge.socket" --no-input >/dev/null 2>&1; }
node_idles() { [ "$(sinfo --noheader --format %T 2>/dev/null)" = idle ]; }
controller_answers() { squeue >/dev/null 2>&1; }

up() {
    ! runs slurmctld || { echo "one_node.sh: it is up already" >&2; exit 1; }
    install_packages
    configure
    start munged --foreground --force --num-threads=2 --socket="$state/munge.socket" --key-file="$state/munge.key" \
        --pid-file="$state/munged.own_pid" --log-file="$state/munged.log" --seed-file="$state/munged.seed"
    wait_for munged munge_answers
    start slurmctld -D -i
    start slurmd -D -N "$host"
    wait_for "the node" node_idles
}

down() {
    local jobs
    if runs slurmctld; then
        jobs=$(squeue --noheader --format %A | sort -u)
        [ -z "$jobs" ] || scancel $jobs
        for _ in $(seq 50); do
            [ -n "$(squeue --noheader)" ] || break
            sleep 0.2
        done
    fi
    for daemon in slurmd slurmctld munged; do stop "$daemon"; done
    for file in slurm.conf gres.conf; do
        [ "$(readlink "/etc/slurm/$file")" != "$state/$file" ] || rm "/etc/slurm/$file"
    done
    rm -rf "$state"
}

[ "$(id -u)" = 0 ] || { echo "one_node.sh: needs root" >&2; exit 1; }
case ${1:-} in
    up) up ;;
    down) down ;;
    restart-controller)
        stop slurmctld
        start slurmctld -D
        wait_for slurmctld controller_answers
        ;;
    *) sed -n '2,4s/^# *//p' "$0" >&2; exit 2 ;;
esac
