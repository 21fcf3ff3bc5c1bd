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
    cargo run --locked --release --quiet --package seedbed-hyper --example table
    SEEDBED_MAX_SHRINK_SECS=30 cargo run --locked --release --quiet --package seedbed-openraft --example table
    ;;
*)
    echo "usage: $0 [tests|table]" >&2
    exit 64
    ;;
esac
