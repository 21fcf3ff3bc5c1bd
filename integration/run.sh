#!/bin/sh
# Runs published crates on seedbed: `integration/run.sh` for the tests, `integration/run.sh table` for the table of docs/integration.md.
set -eu
cd "$(dirname "$0")"
case "${1:-tests}" in
tests) exec cargo test --locked ;;
table) exec cargo run --locked --release --quiet --package seedbed-hyper --example table ;;
*)
    echo "usage: $0 [tests|table]" >&2
    exit 64
    ;;
esac
