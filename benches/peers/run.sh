#!/usr/bin/env bash
# Builds seedbed and its peers, runs every workload on each, prints the tables. README.md says what they mean.
#
#   run.sh                        everything: some ten minutes, and as many more for the first build
#   run.sh --only floor,seedbed   a quick look
#   run.sh --check                what has a budget; fails if one is not met
#   run.sh --write                everything, and the tables into RESULTS.md
#   run.sh --help                 the rest
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
if ! python3 -c 'import tomllib' 2> /dev/null; then
    printf 'run.sh: python3 is missing, or older than 3.11 (it drives the measurements: apt-get install python3)\n' >&2
    exit 1
fi
# -B: no compiled files beside the sources.
exec python3 -B -m driver "$@"
