#!/usr/bin/env bash
# The first commands of the README, word for word, with the current commit on a Debian 13 of nothing but what is named below.
#   fresh_machine.sh [FOLDER]    FOLDER gets a copy of results/quick; TESTS in the environment: which tests to run, else all
# Needs root, and a Debian with debootstrap. Where it cannot be run, it says why and exits with 77.
set -euo pipefail
packages=python3,python3-pip,make,git,ca-certificates
cd "$(dirname "$0")/.."

skip() {
    echo "fresh_machine.sh: not run, for $*"
    exit 77
}

# timed LABEL COMMAND...
timed() {
    local label=$1 start=$SECONDS
    shift
    echo "== $label"
    "$@"
    echo "== $label: $((SECONDS - start)) s"
}

# The first shell block: what a reader copies.
commands() {
    sed -n '/^```sh$/,/^```$/{/^```$/q;/^```/!p}' README.md
}

mirror() {
    ! command -v apt-get >/dev/null || apt-get indextargets --format '$(REPO_URI)' 'Identifier: Packages' 'Origin: Debian' 'Label: Debian' |
        sed -n '1s,/*$,,p'
}

# What is mounted and started ends with the command, also where this script is killed.
isolated() {
    unshare --mount --mount-proc --pid --fork --kill-child "$@" &
    running=$!
    wait "$running" && running=
}

# pip's settings on this machine, from its files and the environment, as a file; without what lies on its disk.
pip_settings() {
    python3 -m pip config list | python3 -c '
import ast, re, sys
pairs = [line.rstrip().partition("=")[::2] for line in sys.stdin]
settings = {name.rpartition(".")[2]: ast.literal_eval(value) for name, value in pairs}
lines = [f"{key} = {value}" for key, value in settings.items() if not re.search(r"(^|\s|file:)/", value)]
print("[global]", *lines, sep="\n")'
}

# How this machine reaches the network: names, certificates, proxies, and pip's index.
copy_network() {
    cp --dereference /etc/resolv.conf /etc/hosts "$machine/etc"
    cp --dereference /etc/ssl/certs/ca-certificates.crt "$machine/etc/ssl/certs"
    pip_settings > "$machine/etc/pip.conf"
    variables=(HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8)
    mapfile -t -O "${#variables[@]}" variables < <(env | grep -iE '^(https?_proxy|no_proxy|SSL_CERT_FILE|REQUESTS_CA_BUNDLE)=')
}

# enter MACHINE COMMAND VARIABLE...: runs a command in the clone there.
enter() {
    local machine=$1 command=$2
    shift 2
    mount -t proc proc "$machine/proc"
    chroot "$machine" env -i "$@" bash -c "cd /sgntk && $command"
}

# On every exit. The mounts are not seen from here, so that no more than the folder can be removed.
clean_up() {
    [ -z "${running:-}" ] || kill -KILL "$running" 2>/dev/null || true
    wait
    rm -rf --one-file-system "$folder"
}

install_debian() {
    isolated debootstrap --variant=minbase --include="$packages" trixie "$machine" "$mirror" &> "$folder/log" ||
        { tail -n 20 "$folder/log" >&2; exit 1; }
}

[ "$(id -u)" = 0 ] || skip "it needs root"
command -v debootstrap >/dev/null || skip "there is no debootstrap: on Debian, apt-get install debootstrap"
mirror=$(mirror)
[ -n "$mirror" ] || skip "apt names no mirror of Debian here"
git rev-parse --quiet --verify HEAD >/dev/null || skip "git sees no commit here"
unshare --mount --pid --fork true 2>/dev/null || skip "it may not mount anything here"
timeout 60 wget --quiet --spider "$mirror/dists/trixie/Release" || skip "Debian's mirror does not answer"
[ -n "$(commands)" ] || { echo "fresh_machine.sh: README.md has no shell block" >&2; exit 1; }

folder=$(mktemp --directory)
machine=$folder/debian
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

timed "Debian 13 with $packages" install_debian
copy_network
[ -z "${TESTS:-}" ] || variables+=("PYTEST_ADDOPTS=$TESTS")
git clone --quiet --no-hardlinks . "$machine/sgntk"
while read -r command; do
    timed "$command" isolated bash -c "$(declare -f enter); enter \"\$@\"" enter "$machine" "$command" "${variables[@]}"
done < <(commands)
if [ $# -gt 0 ]; then cp --recursive "$machine/sgntk/results/quick" "$1"; fi
