"""The command line of run.sh."""

import argparse
import re
import sys

from . import budgets as budgets_file
from .building import build, built_before
from .catalogue import MEMORY, MEMORY_TITLE, OURS, PEERS, WORKLOADS, has, lacks
from .clock import paired, times
from .instructions import cost, costs, operations
from .machine import description, log, missing_tools
from .memory import idle_tasks
from .report import keep, render, write

# Whoever has been the fastest peer in W5: what `--check` compares wall times with.
FASTEST = ["tokio-lean", "madsim", "refault"]


def _arguments():
    parser = argparse.ArgumentParser(prog="run.sh", description="Measures seedbed and its peers; README.md says how.")
    parser.add_argument("--quick", action="store_true", help="smaller and fewer runs")
    parser.add_argument("--only", metavar="PEER,…", help="these peers")
    parser.add_argument("--workloads", metavar="W,…", help="these workloads")
    parser.add_argument("--no-build", action="store_true", help="what is built already")
    parser.add_argument("--recount", action="store_true", help="count instructions again where the executable is the same as before")
    parser.add_argument("--no-wall", action="store_true", help="no wall times: what repeats on a busy machine")
    parser.add_argument("--check", action="store_true", help="what has a budget; fails if one is not met")
    parser.add_argument("--write", action="store_true", help="put the tables into RESULTS.md (whole runs only)")
    parser.add_argument("--annotate", nargs=2, metavar=("PEER", "WORKLOAD"), help="where the instructions of one cell go")
    parser.add_argument("--list", action="store_true", help="the peers, the workloads, and who has no such workload")
    asked = parser.parse_args()
    if asked.write and (asked.quick or asked.only or asked.workloads or asked.no_wall or asked.check):
        parser.error("--write is for whole runs: RESULTS.md holds one run of everything")
    for words, known in ((asked.only, PEERS), (asked.workloads, [*WORKLOADS, MEMORY])):
        if unknown := [word for word in (words or "").split(",") if word and word not in known]:
            parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(known)}")
    if asked.annotate and (asked.annotate[0] not in PEERS or asked.annotate[1] not in WORKLOADS):
        parser.error(f"there is no such cell as {' '.join(asked.annotate)}")
    return asked


def _list():
    print(*PEERS, sep="\n")
    for name, workload in WORKLOADS.items():
        print(f"{name}: {workload.title}")
        why = {}
        for peer in PEERS if not name.startswith("F-") else []:
            if reason := lacks(peer, name):
                why.setdefault(reason, []).append(peer)
        for reason, peers in why.items():
            print(f"    not {', '.join(peers)}: {reason}")
    print(f"{MEMORY}: {MEMORY_TITLE}")


def _short(function):
    """A function's name without what stands inside its generic arguments."""
    before = None
    while before != function:
        before = function
        function = re.sub(
            r"<[^<>]*(?:<\.\.>[^<>]*)*>(?=.)",
            lambda m: m.group() if " as " in m.group() and len(m.group()) < 90 else "<..>",
            function,
        ).replace("<..><..>", "<..>")
    return function if len(function) < 110 else function[:107] + "..."


def _annotate(peer, workload, most=25):
    found = cost(peer, workload, operations(peer, workload))
    if isinstance(found, str):
        sys.exit(found)
    print(
        f"{peer} {workload}: {found.instructions:.0f} instructions, {found.allocations:.2f} allocations, "
        f"{found.atomics:.2f} atomics per operation"
    )
    for function, count in sorted(found.own.items(), key=lambda entry: -entry[1])[:most]:
        print(f"{count:10.1f} {100 * count / found.instructions:5.1f}%  {_short(function)}")


def _peers(asked, budgets):
    if asked.annotate:
        return [asked.annotate[0]]
    if asked.only:
        return asked.only.split(",")
    if asked.check:
        return [*budgets["instructions"], *([] if asked.no_wall else FASTEST)]
    return list(PEERS)


def main():
    asked = _arguments()
    if asked.list:
        return _list()
    if missing := missing_tools():
        sys.exit("\n".join(f"run.sh: {line}" for line in missing))
    budgets = budgets_file.load()
    wanted = _peers(asked, budgets)
    # Now and not at the end: whoever measures may meanwhile go on working.
    made_with = description()
    peers = built_before(wanted) if asked.no_build else build(wanted)
    if not peers:
        log(f"not built: {', '.join(wanted)}")
        return 1
    if asked.annotate:
        return _annotate(*asked.annotate)

    workloads = asked.workloads.split(",") if asked.workloads else [*WORKLOADS, MEMORY]
    cells = [(peer, workload) for workload in WORKLOADS if workload in workloads for peer in peers if has(peer, workload)]
    if asked.check:
        cells = [cell for cell in cells if cell in budgets_file.wanted(budgets)]
    counted = costs(cells, asked.quick, asked.recount)
    timed, pairings, idle = {}, [], {}
    if not asked.no_wall:
        if not asked.check:
            timed = times(cells, 3 if asked.quick else 5, 0.05 if asked.quick else 0.15)
        if "W5" in workloads and any(peer in OURS for peer in peers):
            fast = [peer for peer in peers if has(peer, "W5")]
            pairings = paired(fast, "W5", 7 if asked.quick else 21, 0.05 if asked.quick else 0.15)
    if MEMORY in workloads:
        sleepers = list(budgets["idle_bytes"]) if asked.check else peers
        idle = idle_tasks([peer for peer in sleepers if peer in peers], 100_000 if asked.quick else 1_000_000)
    keep(counted, timed, idle, pairings)
    text, missed = render(made_with, peers, counted, timed, idle, pairings, budgets)
    print(text, end="")
    if absent := [peer for peer in wanted if peer not in peers]:
        log(f"not built: {', '.join(absent)}")
    if missed:
        log(f"over budget: {', '.join(missed)}")
    if asked.write and not absent:
        write(text)
    return 1 if absent or (asked.check and missed) else 0


if __name__ == "__main__":
    sys.exit(main())
