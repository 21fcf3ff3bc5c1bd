"""What the machine must have, where builds go, and what the numbers were made with."""

import os
import platform
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR") or HERE / "target").resolve()
# The binaries see nothing of the environment: RUST_BACKTRACE, RUST_LOG or MADSIM_* change costs.
CLEAN = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": "/"}


def log(*words):
    print(*words, file=sys.stderr, flush=True)


def missing_tools():
    """Each tool without which nothing can be measured, with what it is for."""
    wanted = {
        "cargo": "builds the peers: https://rustup.rs",
        "valgrind": "counts instructions: apt-get install valgrind",
        "objdump": "finds the atomic instructions: apt-get install binutils",
    }
    lines = [f"{tool} is missing ({why})" for tool, why in wanted.items() if not shutil.which(tool)]
    if not Path("/proc/self/status").exists():
        lines.append("there is no /proc: the memory of a process is read there, so Linux only")
    return lines


def has_nightly():
    """Asked of the list: `cargo +nightly` would download a toolchain that is missing."""
    try:
        listed = subprocess.run(["rustup", "toolchain", "list"], capture_output=True, text=True)
    except FileNotFoundError:
        return False
    return any(line.startswith("nightly") for line in listed.stdout.splitlines())


def _first_line(*command):
    ran = subprocess.run(command, capture_output=True, text=True)
    return ran.stdout.strip().splitlines()[0] if ran.returncode == 0 and ran.stdout.strip() else "?"


def _versions():
    wanted = [
        "tokio", "turmoil", "madsim", "madsim-tokio", "bach", "commonware-runtime", "refault", "shuttle", "loom",
        "futures", "futures-executor", "async-executor", "async-task",
    ]
    found = {}
    for name, version in re.findall(r'name = "([^"]+)"\nversion = "([^"]+)"', (HERE / "Cargo.lock").read_text()):
        found.setdefault(name, []).append(version)
    return ", ".join(f"{name} {'/'.join(found[name])}" for name in wanted if name in found)


def _seedbed():
    # The last commit that changed what is measured: one that only keeps numbers would else name itself.
    commit = _first_line("git", "-C", str(HERE), "log", "-1", "--format=%h", "--", "../../src", "../../Cargo.toml")
    changed = subprocess.run(
        ["git", "-C", str(HERE), "status", "--porcelain", "--", "../../src", "../../Cargo.toml"],
        capture_output=True, text=True,
    ).stdout.strip()
    return commit + (" with changes that are not committed" if changed else "")


def description():
    """Lines that say what was measured, with what, and where."""
    cpu = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    nightly = _first_line("rustc", "+nightly", "--version") if has_nightly() else "nothing"
    return [
        f"- seedbed: commit {_seedbed()}, default features.",
        f"- Peers: {_versions()}.",
        f"- Toolchain: {_first_line('rustc', '--version')}; refault with {nightly}; {_first_line('valgrind', '--version')}; "
        f"glibc's malloc ({platform.libc_ver()[1]}).",
        f"- Machine: {cpu}, {os.cpu_count()} cores, shared. {time.strftime('%Y-%m-%d %H:%M UTC', time.gmtime())}.",
        '- Every binary: opt-level 3, lto "fat", codegen-units 1, panic "unwind".',
    ]
