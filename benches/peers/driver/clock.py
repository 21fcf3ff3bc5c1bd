"""Wall times: all cells interleaved, so that a machine that slows down does so for all; and pairs within one run."""

import statistics
from dataclasses import dataclass

from .catalogue import FLOORS, LIMITS, OURS, WORKLOADS
from .machine import log
from .running import run


def _calibrate(peer, workload, seconds):
    """An N that takes about so long, or a word for what went wrong."""
    plan, limits = WORKLOADS[workload], LIMITS.get((peer, workload), (None, None))
    n, most = min(plan.clock_n, limits[0] or plan.clock_n), limits[1] or 50_000_000
    for _ in range(2):
        said = run(peer, workload, n)
        if isinstance(said, str):
            return said
        n = int(said["n"] * seconds / max(said["seconds"], 1e-9))
        n = max(plan.multiple, min(n, most) // plan.multiple * plan.multiple)
    return n


def _ns(peer, workload, n):
    said = run(peer, workload, n)
    return said if isinstance(said, str) else said["seconds"] / said["n"] * 1e9


def times(cells, rounds, seconds):
    """For each (peer, workload) the nanoseconds an operation in each round, or a word for what went wrong."""
    n = {cell: _calibrate(*cell, seconds) for cell in cells}
    found = {cell: value if isinstance(value, str) else [] for cell, value in n.items()}
    for count in range(rounds):
        log(f"wall clock: round {count + 1} of {rounds}")
        for cell in sorted(cells, key=lambda cell: list(WORKLOADS).index(cell[1])):
            if isinstance(found[cell], str):
                continue
            value = _ns(*cell, n[cell])
            if isinstance(value, str):
                found[cell] = value
            else:
                found[cell].append(value)
    return found


@dataclass
class Pairing:
    """How one of ours did against the fastest peer of each round."""

    ours: str
    workload: str
    # One of each for every round.
    ns: list
    fastest_ns: list
    fastest: list

    def ratios(self):
        return [ours / theirs for ours, theirs in zip(self.ns, self.fastest_ns)]

    def ratio(self):
        return statistics.median(self.ratios())

    def middle_half(self):
        quarters = statistics.quantiles(self.ratios(), n=4)
        return quarters[0], quarters[2]


def paired(peers, workload, rounds, seconds):
    """Runs ours and the fast peers in turn. Each round has a fastest peer of its own, which is the hardest thing to be compared with:
    noise that hits one peer does not make ours look better."""
    peers = [peer for peer in peers if peer not in FLOORS and peer != "seedbed-mpsc"]
    n, first = {}, {}
    for peer in peers:
        n[peer] = _calibrate(peer, workload, seconds)
        if not isinstance(n[peer], str):
            first[peer] = min(_ns(peer, workload, n[peer]) for _ in range(2))
    theirs = {peer: ns for peer, ns in first.items() if peer not in OURS}
    ours = [peer for peer in first if peer in OURS]
    if not theirs or not ours:
        return []
    # What takes more than two and a half times the fastest will not be the fastest of any round.
    theirs = [peer for peer, ns in theirs.items() if ns < 2.5 * min(theirs.values())]
    found = [Pairing(peer, workload, [], [], []) for peer in ours]
    for count in range(rounds):
        log(f"{workload} in pairs: round {count + 1} of {rounds}")
        # Forward and backward in turn, so that nobody always comes first.
        turn = [*ours, *theirs][:: 1 if count % 2 == 0 else -1]
        ns = {peer: _ns(peer, workload, n[peer]) for peer in turn}
        fastest = min(theirs, key=ns.get)
        for pairing in found:
            pairing.ns.append(ns[pairing.ours])
            pairing.fastest_ns.append(ns[fastest])
            pairing.fastest.append(fastest)
    return found
