"""Resident bytes of an idle task: a million of them asleep at once."""

from dataclasses import dataclass

from .catalogue import MEMORY, idle_workload
from .machine import log
from .running import run


@dataclass
class Idle:
    """What the tasks of one peer took."""

    tasks: int
    # Whether each task slept; where there is no clock, each yielded once.
    slept: bool
    seconds: float
    peak_mib: float
    bytes_each: float


def idle_tasks(peers, tasks):
    """For each peer what its idle tasks took, or a word for what went wrong."""
    found = {}
    for peer in peers:
        if (plan := idle_workload(peer)) is None:
            continue
        workload, most = plan
        log(f"W8: {peer}")
        said = run(peer, workload, min(tasks, most or tasks), seconds_max=180)
        if isinstance(said, str):
            found[peer] = said
            continue
        found[peer] = Idle(
            tasks=said["n"],
            slept=workload == MEMORY,
            seconds=said["seconds"],
            peak_mib=max(said["rss_peak_kib"], said["rss_idle_kib"]) / 1024,
            bytes_each=(said["rss_idle_kib"] - said["rss_before_kib"]) * 1024 / said["n"],
        )
    return found
