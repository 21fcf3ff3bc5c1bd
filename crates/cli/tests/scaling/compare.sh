# Joins the shards of a hunt and compares them with the hunt in one piece: read by the scripts beside it.
# shellcheck shell=bash

runs="${RUNS:-800}"

# What a summary says of runs and failures; how long it took is another matter.
facts() {
    grep -v '"wall_ms"' "$1/summary.json"
}

# compare OUT FILTER...
compare() {
    local out="$1" status=0
    shift
    cargo-seedbed seedbed merge "$out"/shard-* --out "$out/merged" --junit "$out/merged/junit.xml" > "$out/merged.txt" || status=$?
    printf 'merge ended with %d:\n' "$status"
    sed 's/^/    /' "$out/merged.txt"

    cargo-seedbed seedbed hunt "$@" --seed 7 --runs "$runs" --no-shrink --out "$out/whole" > "$out/whole.txt" 2>&1 || true
    if diff <(facts "$out/merged") <(facts "$out/whole"); then
        printf 'equal: %d runs in 16 shards, and the same hunt in one piece\n' "$(grep -c '^{"record":"run"' "$out/whole/runs.jsonl")"
    else
        printf 'the joined shards differ from the hunt in one piece\n' >&2
        exit 1
    fi

    # A shard that is lost is named with the command that makes just it.
    mv "$out/shard-5" "$out/lost"
    status=0
    cargo-seedbed seedbed merge "$out"/shard-* > "$out/lost.txt" || status=$?
    mv "$out/lost" "$out/shard-5"
    printf 'without shard 5, merge ends with %d:\n' "$status"
    grep -A 1 'shard 5/16' "$out/lost.txt" | sed 's/^/    /'
    test "$status" = 102
}
