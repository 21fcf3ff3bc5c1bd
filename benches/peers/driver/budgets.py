"""The budgets of budgets.toml beside what was measured, and the best that floor and peers do."""

import tomllib

from .catalogue import FLOORS, MEMORY, OURS
from .instructions import Cost
from .machine import HERE
from .memory import Idle
from .tables import DASH, number, table


def load():
    return tomllib.loads((HERE / "budgets.toml").read_text())


def wanted(budgets):
    """The (column, workload) whose instructions have a budget."""
    return [(ours, workload) for ours, row in budgets["instructions"].items() for workload in row]


def _values(workload, costs, idle):
    """What each peer needs of what the budget is about."""
    if workload == MEMORY:
        return {peer: value.bytes_each for peer, value in idle.items() if isinstance(value, Idle)}
    return {peer: value.instructions for (peer, other), value in costs.items() if other == workload and isinstance(value, Cost)}


def _best(values, idle, workload):
    """The best peer, and its number; `†` marks one that keeps no time."""
    theirs = {peer: value for peer, value in values.items() if peer not in FLOORS and peer not in OURS}
    if not theirs:
        return DASH
    best = min(theirs, key=theirs.get)
    mark = "†" if workload == MEMORY and not idle[best].slept else ""
    return f"{number(theirs[best])}{mark} ({best})"


def compare(budgets, costs, idle, pairings):
    """The tables, and whether every budget of what was measured is met."""
    missed, columns = [], list(budgets["instructions"])
    rows = []
    for workload in [*next(iter(budgets["instructions"].values())), MEMORY]:
        values = _values(workload, costs, idle)
        if not any(column in values for column in columns):
            continue
        row = [workload, number(values["floor"]) if "floor" in values else DASH, _best(values, idle, workload)]
        for column in columns:
            most = budgets["idle_bytes"][column] if workload == MEMORY else budgets["instructions"][column][workload]
            value = values.get(column)
            # As the table shows it: 160.3 is 160.
            met = value is not None and round(value) <= most
            if value is not None and not met:
                missed.append(f"{column} {workload}")
            row += [DASH if value is None else number(value), number(most), DASH if value is None else "met" if met else "**not met**"]
        rows.append(row)
    parts = []
    if rows:
        head = ["", "floor", "best peer"] + [word for column in columns for word in (column, "at most", "")]
        parts += ["### Budgets: instructions per operation; W8: bytes per idle task", "", table(head, rows), ""]
    rows = []
    for pairing in pairings:
        most = budgets["share_of_fastest"][pairing.ours][pairing.workload]
        met = pairing.ratio() <= most
        if not met:
            missed.append(f"{pairing.ours} {pairing.workload} wall time")
        low, high = pairing.middle_half()
        fastest = max(set(pairing.fastest), key=pairing.fastest.count)
        rows.append([
            f"{pairing.workload} {pairing.ours}", number(sorted(pairing.ns)[len(pairing.ns) // 2]),
            f"{number(sorted(pairing.fastest_ns)[len(pairing.ns) // 2])} ({fastest} in {pairing.fastest.count(fastest)} of {len(pairing.ns)})",
            f"{pairing.ratio():.2f} ({low:.2f} to {high:.2f})", f"{most:.2f}", "met" if met else "**not met**",
        ])
    if rows:
        head = ["", "ns, median", "fastest peer of each round, ns", "share, median (middle half)", "at most", ""]
        parts += ["### Budgets: wall time against the fastest peer, in pairs", "", table(head, rows), ""]
    return "\n".join(parts), missed
