#!/usr/bin/env bash
# A hunt of sixteen shards through GNU parallel, joined, and compared with the same hunt in one piece.
#
#   parallel.sh OUT FILTER...     in the folder of a project; cargo-seedbed is on the PATH
set -Eeuo pipefail
out="$1"
shift
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=crates/cli/tests/scaling/compare.sh
source "$here/compare.sh"

# Two at a time; the exit status of parallel is the number of shards that did not end with 0.
failed=0
seq 16 | parallel --jobs 2 --joblog "$out/joblog" \
    cargo-seedbed seedbed hunt "$@" --seed 7 --runs "$runs" --no-shrink --jobs 1 --shard auto/16 --out "$out/shard-{}" \
    > "$out/shards.txt" 2>&1 || failed=$?
printf 'parallel: %d shards, %d of them ended with a finding\n' "$(($(wc -l < "$out/joblog") - 1))" "$failed"
grep -c 'as GNU parallel says with PARALLEL_SEQ' "$out/shards.txt" | sed 's/$/ shards asked GNU parallel which they are/'

compare "$out" "$@"
