"""Runs one binary once, and says what became of it."""

import json
import subprocess

from .building import binary
from .machine import CLEAN

# A cell's value where there is none: a word for the table.
NONE = "none"


def last_line(ran):
    """The line of JSON that a binary ends with; None if it did not come so far."""
    lines = ran.stdout.strip().splitlines()
    return json.loads(lines[-1]) if ran.returncode == 0 and lines else None


def went_wrong(ran):
    if ran.returncode == 2:
        return NONE
    return "aborts" if ran.returncode < 0 or ran.returncode == 134 else "panics"


def run(peer, workload, n, seconds_max=120):
    """What the binary says of itself, or a word for what went wrong."""
    try:
        ran = subprocess.run(
            [binary(peer), workload, str(n)], capture_output=True, text=True, timeout=seconds_max, env=CLEAN
        )
    except subprocess.TimeoutExpired:
        return "hangs"
    return last_line(ran) or went_wrong(ran)
