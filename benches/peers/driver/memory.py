"""Resident bytes of an idle task: a million of them asleep at once."""

import statistics
from dataclasses import dataclass

from .catalogue import idle_workload
from .machine import log
from .running import run


@dataclass
class Idle:
    """What the tasks of one peer took, over all rounds."""

    tasks: int
    # Whether each task slept; where there is no clock, each yielded once.
    slept: bool
    seconds: float
    peak_mib: float
    bytes_each: float


def _summary(rounds):
    tasks = rounds[0]["n"]
    # The most that was resident at the end, and the least before: what the allocator had kept does not flatter.
    idle = max(said["rss_idle_kib"] for said in rounds) - min(said["rss_before_kib"] for said in rounds)
    return Idle(
        tasks=tasks,
        slept=rounds[0]["workload"] == "W8",
        seconds=statistics.median(said["seconds"] for said in rounds),
        peak_mib=max(max(said["rss_peak_kib"], said["rss_idle_kib"]) for said in rounds) / 1024,
        bytes_each=idle * 1024 / tasks,
    )


def idle_tasks(peers, tasks, rounds):
    """For each peer what its idle tasks took, or a word for what went wrong."""
    found = {}
    for count in range(rounds):
        log(f"W8: round {count + 1} of {rounds}")
        for peer in peers:
            if (plan := idle_workload(peer)) is None or isinstance(found.get(peer), str):
                continue
            workload, most = plan
            said = run(peer, workload, min(tasks, most or tasks), seconds_max=180)
            if isinstance(said, str):
                found[peer] = said
            else:
                found.setdefault(peer, []).append(said)
    return {peer: value if isinstance(value, str) else _summary(value) for peer, value in found.items()}
