#!/bin/sh
# Runs published crates on seedbed: `integration/run.sh` for the tests, `integration/run.sh table` for the table of docs/integration.md.
set -eu
cd "$(dirname "$0")"
case "${1:-tests}" in
tests)
    # The examples make the table, and are programs that take long to compile.
    cargo test --locked --lib --tests
    cargo test --locked --doc
    ;;
table)
    echo '| crate | version | lines of adapter | runs a second | divergences | planted bug | runs to it | departures |'
    echo '|---|---|---|---|---|---|---|---|'
    for crate in ${2:-agnostic foca hyper openraft quinn}; do
        SEEDBED_MAX_SHRINK_SECS=30 cargo run --locked --release --quiet --package "seedbed-$crate" --example table
    done
    ;;
*)
    echo "usage: $0 [tests | table [CRATE]]" >&2
    exit 64
    ;;
esac
