"""What there is to measure: peers, workloads, and who cannot do which, and why."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Peer:
    """One column of numbers."""

    package: str
    binary: str
    # stable, madsim (its --cfg) or nightly: how it is built.
    kind: str = "stable"


PEERS = {
    "floor": Peer("peer-floor", "floor"),
    "floor-rand": Peer("peer-floor", "floor-rand"),
    "seedbed": Peer("peer-seedbed", "seedbed"),
    "seedbed-random": Peer("peer-seedbed", "seedbed-random"),
    "seedbed-mpsc": Peer("peer-seedbed", "seedbed-mpsc"),
    "tokio": Peer("peer-tokio", "tokio"),
    "tokio-lean": Peer("peer-tokio", "tokio-lean"),
    "turmoil": Peer("peer-turmoil", "turmoil"),
    "turmoil-1s": Peer("peer-turmoil", "turmoil-1s"),
    "madsim": Peer("peer-madsim", "madsim", "madsim"),
    "madsim-test": Peer("peer-madsim", "madsim-test", "madsim"),
    "bach": Peer("peer-bach", "peer-bach"),
    "commonware": Peer("peer-commonware", "peer-commonware"),
    "refault": Peer("peer-refault", "peer-refault", "nightly"),
    "shuttle-random": Peer("peer-shuttle", "shuttle-random"),
    "shuttle-pct": Peer("peer-shuttle", "shuttle-pct"),
    "localpool": Peer("peer-localpool", "peer-localpool"),
    "smol": Peer("peer-smol", "peer-smol"),
    "loom": Peer("peer-loom", "peer-loom"),
}

# What the others are compared with, and what is compared: neither is a peer when the best peer is looked for.
FLOORS = {"floor", "floor-rand"}
OURS = {"seedbed", "seedbed-random", "seedbed-mpsc"}


@dataclass(frozen=True)
class Workload:
    """One row of numbers; the text of the workload stands in common/src/."""

    title: str
    # N under callgrind, where N and N/2 are run.
    instructions_n: int
    # What N must be a multiple of.
    multiple: int
    # The first N on the clock; the driver finds one that takes long enough.
    clock_n: int


WORKLOADS = {
    "W1": Workload("yield, per poll", 40_000, 100, 20_000),
    "W2": Workload("spawn and join, per task", 8_000, 1000, 4_000),
    "W3": Workload("sleep, each", 20_000, 1000, 20_000),
    "W4": Workload("message, each", 20_000, 2, 20_000),
    "W5": Workload("**simulation**, each", 100, 1, 100),
    "W5n": Workload("simulation without a clock, each", 100, 1, 100),
    "W5e": Workload("empty simulation, each", 200, 1, 200),
    "W6": Workload("timeout that does not expire, each", 40_000, 1000, 20_000),
    "W7": Workload("network echo, per round trip", 400, 1, 400),
    "W7f": Workload("network echo, latency fixed at 1 ms", 400, 1, 400),
    "L2": Workload("loom execution, 2 threads", 540, 180, 540),
}
# The pieces of the floor, each alone: only `floor` has them, and they get a table of their own.
PARTS = {"F-poll": "boxed future polled, its number through a VecDeque"}
for _size in (10, 1000, 1_000_000):
    PARTS[f"F-heap{_size}"] = f"BinaryHeap of (at, seq, who), {_size:,} pending"
    PARTS[f"F-key{_size}"] = f"BinaryHeap of one u128, top replaced in place, {_size:,} pending"
    PARTS[f"F-wheel{_size}"] = f"hierarchical wheel, 1 ms ticks, {_size:,} pending"
    PARTS[f"F-nswheel{_size}"] = f"hierarchical wheel, 1 ns ticks, {_size:,} pending"
WORKLOADS |= {name: Workload(title, 20_000, 100, 20_000) for name, title in PARTS.items()}

# The memory of idle tasks is no count of instructions: measured and printed apart.
MEMORY = "W8"
MEMORY_TITLE = "tasks asleep at once"

# Where the usual N is too slow or cannot work: {(peer, workload): (N under callgrind, greatest N on the clock)}.
LIMITS = {
    # No virtual time passes in these, and bach panics after 100,000 rounds without.
    ("bach", "W1"): (None, 5_000_000),
    ("bach", "W4"): (None, 90_000),
    # Each task keeps a mapped stack of its own until the execution ends: 65,530 mappings at most.
    ("shuttle-random", "W2"): (2_000, 10_000),
    ("shuttle-pct", "W2"): (2_000, 6_000),
    ("shuttle-random", "W1"): (10_000, None),
    ("shuttle-pct", "W1"): (10_000, None),
    ("turmoil", "W5"): (20, None),
    ("turmoil", "W7"): (100, None),
}

_NO_CLOCK = {peer: "no virtual time" for peer in ("shuttle-random", "shuttle-pct", "localpool", "smol")}
_NO_NETWORK = {
    **{peer: "no simulated network" for peer in _NO_CLOCK},
    **{peer: "no simulated network" for peer in ("seedbed", "seedbed-random", "tokio", "tokio-lean")},
    "floor": "not written",
    "floor-rand": "not written",
    "refault": "no TCP in its network, and nothing written here for its UDP",
}
# Simulators keep virtual time, and a seeded or fixed order.
SIMULATORS = {"tokio", "tokio-lean", "turmoil", "turmoil-1s", "madsim", "madsim-test", "bach", "commonware", "refault"}

# The only workloads of a peer, and why.
_ONLY = {
    "seedbed-mpsc": ({"W4", "W5", "W5n"}, "differs from `seedbed` in its channels only"),
    "turmoil-1s": ({"W3", "W5", "W5e", "W6"}, "differs from `turmoil` in its ticks only"),
    "madsim-test": ({"W5", "W5n", "W5e"}, "differs from `madsim` in how a simulation starts only"),
    "loom": ({"W5e", "L2"}, "at most four threads beside the main one, and every interleaving of them"),
}


def lacks(peer, workload):
    """Why a peer has no such workload, or None if it has."""
    if peer in _ONLY:
        works, why = _ONLY[peer]
        return None if workload in works else why
    if workload in PARTS:
        return None if peer == "floor" else "a piece of the floor"
    if workload == "L2":
        return "loom's own"
    if workload == "W7f":
        return None if peer == "turmoil" else "for turmoil, whose cost is that of its latency"
    if workload == "W7":
        return _NO_NETWORK.get(peer)
    if workload in ("W3", "W5", "W6"):
        return _NO_CLOCK.get(peer)
    return None


def has(peer, workload):
    return lacks(peer, workload) is None


def idle_workload(peer):
    """The workload that fills the memory of this peer, and the most tasks it can bear; None if it has none."""
    if peer in _ONLY:
        return None
    if peer in _NO_CLOCK:
        return "W8n", {"shuttle-random": 30_000, "shuttle-pct": 10_000}.get(peer)
    return MEMORY, None
