"""Instructions, allocations and atomic operations an operation, counted by callgrind: the same on a busy machine."""

import concurrent.futures
import functools
import hashlib
import json
import os
import platform
import re
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

from .building import binary
from .catalogue import LIMITS, WORKLOADS
from .machine import CLEAN, TARGET, log
from .running import last_line, went_wrong

# Valgrind counts each byte of a `rep movsb` as an instruction, so glibc is told, here only, not to use it: a memcpy
# then counts what its vector loop executes.
_ENVIRONMENT = {**CLEAN, "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-ERMS"}
_ALLOCATORS = {"malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc", "memalign"}


@dataclass
class Profile:
    """One run under callgrind."""

    instructions: int
    # Calls of an allocating function from outside the allocator.
    allocations: int
    # Atomic read-modify-writes.
    atomics: int
    # Its own instructions of each function.
    own: dict


@dataclass
class Cost:
    """The same of one operation."""

    instructions: float
    allocations: float
    atomics: float
    own: dict


@functools.lru_cache(maxsize=None)
def _atomic_addresses(executable):
    """Where an executable has `lock` prefixes, and `xchg` with memory, which locks without one."""
    if not os.path.isfile(executable):
        return frozenset()
    listing = subprocess.run(["objdump", "-d", "--no-show-raw-insn", "-w", executable], capture_output=True, text=True)
    found = re.finditer(r"^ *([0-9a-f]+):\s+(?:lock |xchg [^\n]*\()", listing.stdout, re.M)
    return frozenset(int(line.group(1), 16) for line in found)


_NAME = re.compile(r"^(c?fn|ob)=\((\d+)\)(?: (.*))?$")
_CALLED_OBJECT = re.compile(r"cob=\((\d+)\) (.*)")


def _parse(path):
    names, objects, own = {}, {}, {}
    total = allocations = atomics = 0
    function = called = None
    atomic = frozenset()
    after_call = False
    with open(path) as lines:
        for line in lines:
            first = line[0]
            if first == "0":
                if after_call:
                    # The cost of a call is that of the function called.
                    after_call = False
                    continue
                address, _, cost = line.split()
                own[function] = own.get(function, 0) + int(cost)
                if int(address, 16) in atomic:
                    atomics += int(cost)
            elif match := _NAME.match(line.rstrip("\n")):
                kind, number, name = match.groups()
                if kind == "ob":
                    if name is not None:
                        objects[number] = name
                    atomic = _atomic_addresses(objects[number])
                    continue
                if name is not None:
                    names[number] = name.split("'")[0]
                if kind == "fn":
                    function = names[number]
                else:
                    called = names[number]
            elif line.startswith("calls="):
                after_call = True
                if called in _ALLOCATORS and function not in _ALLOCATORS:
                    allocations += int(line[6:].split()[0])
            elif match := _CALLED_OBJECT.match(line.rstrip("\n")):
                objects[match.group(1)] = match.group(2)
            elif line.startswith("totals:"):
                total = int(line.split()[1])
    return Profile(total, allocations, atomics, own)


def _profile(peer, workload, n, seconds_max=300):
    """Operations done and their profile, or a word for what went wrong."""
    out = TARGET / f"callgrind.{os.getpid()}.{peer}.{workload}.{n}"
    command = [
        "valgrind", "--tool=callgrind", "-q", "--dump-instr=yes", "--compress-pos=no",
        f"--callgrind-out-file={out}", binary(peer), workload, str(n),
    ]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=seconds_max, env=_ENVIRONMENT)
        said = last_line(ran)
        return went_wrong(ran) if said is None else (said["n"], _parse(out))
    except subprocess.TimeoutExpired:
        return "hangs"
    finally:
        Path(out).unlink(missing_ok=True)


def cost(peer, workload, n):
    """What N operations cost more than N/2, for each operation more: what the start costs cancels."""
    multiple = WORKLOADS[workload].multiple
    less = _profile(peer, workload, n // 2 // multiple * multiple or multiple)
    if isinstance(less, str):
        return less
    more = _profile(peer, workload, n)
    if isinstance(more, str):
        return more
    done = more[0] - less[0]
    per = lambda name: (getattr(more[1], name) - getattr(less[1], name)) / done
    own = {name: (count - less[1].own.get(name, 0)) / done for name, count in more[1].own.items()}
    return Cost(per("instructions"), per("allocations"), per("atomics"), own)


def operations(peer, workload, halved=False):
    """The N of this cell."""
    n = LIMITS.get((peer, workload), (None, None))[0] or WORKLOADS[workload].instructions_n
    return max(2 * WORKLOADS[workload].multiple, n // 2) if halved else n


class Counted:
    """What was counted before, by what was run: the same executable gives the same count."""

    def __init__(self):
        self._path = TARGET / "counted.json"
        self._known = json.loads(self._path.read_text()) if self._path.exists() else {}
        valgrind = subprocess.run(["valgrind", "--version"], capture_output=True, text=True).stdout.strip()
        self._tools = f"{valgrind} {platform.libc_ver()[1]}"

    @functools.lru_cache(maxsize=None)
    def _digest(self, executable):
        return hashlib.sha256(Path(executable).read_bytes()).hexdigest()

    def _key(self, peer, workload, n):
        return f"{self._tools} {self._digest(binary(peer))} {workload} {n}"

    def get(self, peer, workload, n):
        known = self._known.get(self._key(peer, workload, n))
        return Cost(**known) if known else None

    def put(self, peer, workload, n, value):
        """Keeps a count; what went wrong is tried again the next time."""
        if isinstance(value, Cost):
            own = dict(sorted(value.own.items(), key=lambda entry: -entry[1])[:40])
            self._known[self._key(peer, workload, n)] = {**asdict(value), "own": own}
            self._path.write_text(json.dumps(self._known))


def costs(cells, halved=False, again=False):
    """The cost of each (peer, workload), counted now or before; one run for each core at a time, for counts do not mind company."""
    counted = Counted()
    n = {cell: operations(*cell, halved) for cell in cells}
    found = {cell: None if again else counted.get(*cell, n[cell]) for cell in cells}
    new = [cell for cell in cells if found[cell] is None]
    log(f"callgrind: {len(cells) - len(new)} of {len(cells)} cells were counted before")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for count, (cell, value) in enumerate(zip(new, pool.map(lambda cell: cost(*cell, n[cell]), new)), 1):
            found[cell] = value
            counted.put(*cell, n[cell], value)
            if count % 20 == 0 or count == len(new):
                log(f"callgrind: {count} of {len(new)}")
    return found
