"""Builds the packages, one cargo call each, so that the features of one peer cannot reach another."""

import os
import subprocess
import time
from pathlib import Path

from .catalogue import PEERS
from .machine import HERE, TARGET, has_nightly, log

# What a kind of build adds, and its folder below the target: other flags and compilers would rebuild what all share.
_FOLDER = {"stable": "", "madsim": "madsim", "nightly": "nightly"}


def binary(peer):
    return str(TARGET / _FOLDER[PEERS[peer].kind] / "release" / PEERS[peer].binary)


def _build(package, kind):
    environment, command = dict(os.environ), ["cargo"]
    environment["CARGO_TARGET_DIR"] = str(TARGET / _FOLDER[kind])
    if kind == "madsim":
        environment["RUSTFLAGS"] = "--cfg madsim"
    if kind == "nightly":
        if not has_nightly():
            log(f"build {package}: left out, there is no nightly toolchain (rustup toolchain install nightly)")
            return False
        command.append("+nightly")
    command += ["build", "--release", "--quiet", "--package", package]
    begin = time.time()
    built = subprocess.run(command, cwd=HERE, env=environment, capture_output=True, text=True)
    log(f"build {package}: {'done' if built.returncode == 0 else 'FAILED'} in {time.time() - begin:.0f} s")
    if built.returncode != 0:
        log(built.stderr[-3000:])
    return built.returncode == 0


def build(peers):
    """Builds what these need; returns those that built."""
    packages = {}
    for peer in peers:
        package, kind = PEERS[peer].package, PEERS[peer].kind
        if package not in packages:
            packages[package] = _build(package, kind)
    return [peer for peer in peers if packages[PEERS[peer].package]]


def built_before(peers):
    """Those whose executables are there."""
    return [peer for peer in peers if Path(binary(peer)).exists()]
