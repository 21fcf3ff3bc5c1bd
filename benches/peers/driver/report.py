"""The tables of one run, as Markdown."""

import json
import statistics

from .budgets import compare
from .catalogue import FLOORS, OURS, PARTS, SIMULATORS, WORKLOADS, has
from .instructions import Cost
from .machine import HERE, TARGET
from .memory import Idle
from .running import NONE
from .tables import DASH, few, grid, number, table

_BEGIN, _END = "<!-- written by run.sh --write: begin -->", "<!-- written by run.sh --write: end -->"


def _of(values, text):
    """A cell from the values of (peer, workload)."""

    def cell(peer, workload):
        value = values.get((peer, workload))
        if value is None or value == NONE:
            return DASH
        return value if isinstance(value, str) else text(value)

    return cell


def _counted(peers, workloads, costs):
    sections = [
        ("Instructions per operation (callgrind)", lambda cost: number(cost.instructions)),
        ("Heap allocations per operation (same runs: calls of malloc, calloc, realloc, memalign)", lambda cost: few(cost.allocations)),
        ("Atomic read-modify-writes per operation (same runs: `lock` prefixes and `xchg`)", lambda cost: few(cost.atomics)),
    ]
    for title, text in sections:
        yield f"### {title}\n\n{grid(peers, workloads, _of(costs, text))}\n"


def _timed(peers, workloads, costs, times):
    rounds = max((len(value) for value in times.values() if isinstance(value, list)), default=0)
    yield f"### Wall time, ns per operation (median of {rounds}, interleaved)\n\n{grid(peers, workloads, _of(times, lambda v: number(statistics.median(v))))}\n"
    yield f"### Wall time, ns per operation (least of {rounds})\n\n{grid(peers, workloads, _of(times, lambda v: number(min(v))))}\n"
    if "floor" not in peers or not costs:
        return

    def ratio(peer, workload):
        cost, floor = costs.get((peer, workload)), costs.get(("floor", workload))
        ns, floor_ns = times.get((peer, workload)), times.get(("floor", workload))
        if not isinstance(cost, Cost) or not isinstance(floor, Cost) or not isinstance(ns, list) or not isinstance(floor_ns, list):
            return DASH
        return f"{cost.instructions / floor.instructions:.1f} / {min(ns) / min(floor_ns):.1f}"

    shared = [workload for workload in workloads if has("floor", workload)]
    yield f"### Times the floor: instructions / wall time (least)\n\n{grid(peers, shared, ratio)}\n"


def _best(peers, workloads, costs, times):
    """Who does best in each workload, by instructions and by the clock; seedbed beside."""
    theirs = [peer for peer in peers if peer not in FLOORS and peer not in OURS]
    if not theirs or not times:
        return

    def best(among, values):
        values = {peer: values[peer] for peer in among if peer in values}
        return f"{number(min(values.values()))} {min(values, key=values.get)}" if values else DASH

    rows = []
    for workload in workloads:
        counts = {peer: costs[peer, workload].instructions for peer in peers if isinstance(costs.get((peer, workload)), Cost)}
        ns = {peer: min(times[peer, workload]) for peer in peers if isinstance(times.get((peer, workload)), list)}
        rows.append([
            workload,
            *(best(among, values) for values in (counts, ns) for among in (theirs, [peer for peer in theirs if peer in SIMULATORS])),
            *(f"{number(counts[peer])} / {number(ns[peer])}" if peer in counts and peer in ns else DASH for peer in ("seedbed", "seedbed-random", "floor")),
        ])
    head = ["", "fewest instructions", "of simulators", "least ns", "of simulators", "seedbed, both", "seedbed-random", "floor"]
    yield f"### The best peer of each workload\n\n{table(head, rows)}\n"


def _pieces(costs, times):
    pieces = [part for part in PARTS if isinstance(costs.get(("floor", part)), Cost)]
    if not pieces:
        return

    def cell(part, column):
        if column == "what":
            return PARTS[part]
        if column == "instructions":
            return number(costs["floor", part].instructions)
        ns = times.get(("floor", part))
        return f"{statistics.median(ns):.1f}" if isinstance(ns, list) and ns else DASH

    yield f"### Pieces of the floor, each alone\n\n{grid(pieces, ['what', 'instructions', 'ns'], cell, 'piece')}\n"


def _asleep(idle):
    if not idle:
        return

    def cell(peer, column):
        value = idle[peer]
        if not isinstance(value, Idle):
            return value if column == "tasks" and value != NONE else DASH
        return {
            "tasks": number(value.tasks) + ("" if value.slept else "†"),
            "seconds": f"{value.seconds:.2f}",
            "ns per task": number(value.seconds / value.tasks * 1e9),
            "peak, MiB": f"{value.peak_mib:.0f}",
            "bytes per idle task": f"{value.bytes_each:.0f}",
        }[column]

    columns = ["tasks", "seconds", "ns per task", "peak, MiB", "bytes per idle task"]
    yield f"### W8: so many tasks asleep at once († without a clock: each yields once instead)\n\n{grid(list(idle), columns, cell)}\n"


def render(made_with, peers, costs, times, idle, pairings, budgets):
    """The whole text, and the budgets that were missed."""
    workloads = [w for w in WORKLOADS if w not in PARTS and any((p, w) in costs or (p, w) in times for p in peers)]
    # Who only ran in pairs has no rows.
    peers = [peer for peer in peers if any((peer, workload) in costs for workload in workloads)]
    verdict, missed = compare(budgets, costs, idle, pairings)
    titles = "; ".join(f"{workload} {WORKLOADS[workload].title}" for workload in workloads)
    parts = [*made_with, "", *([f"{titles}.", ""] if titles else []), verdict]
    parts += _best(peers, workloads, costs, times)
    if costs:
        parts += _counted(peers, workloads, costs)
    if times:
        parts += _timed(peers, workloads, costs, times)
    parts += [*_pieces(costs, times), *_asleep(idle)]
    return "\n".join(part for part in parts).rstrip() + "\n", missed


def write(text):
    """Puts the text between its two marks in RESULTS.md."""
    path = HERE / "RESULTS.md"
    old = path.read_text()
    head, rest = old.split(_BEGIN, 1)
    path.write_text(f"{head}{_BEGIN}\n{text}{_END}{rest.split(_END, 1)[1]}")


def keep(costs, times, idle, pairings):
    """Leaves the raw numbers in results.json of the target folder."""
    name = lambda cell: " ".join(cell)
    counted = {name(cell): value for cell, value in costs.items() if isinstance(value, Cost)}
    raw = {
        "instructions": {cell: [cost.instructions, cost.allocations, cost.atomics] for cell, cost in counted.items()},
        "top": {cell: dict(sorted(cost.own.items(), key=lambda entry: -entry[1])[:20]) for cell, cost in counted.items()},
        "ns": {name(cell): value for cell, value in times.items()},
        "idle": {peer: value if isinstance(value, str) else vars(value) for peer, value in idle.items()},
        "pairs": [vars(pairing) for pairing in pairings],
        "went_wrong": {name(cell): value for cell, value in costs.items() if isinstance(value, str)},
    }
    (TARGET / "results.json").write_text(json.dumps(raw, indent=1))
