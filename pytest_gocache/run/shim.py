"""The ``go`` that programs under observation find first on PATH: compiled once, and put into a GOROOT of its own."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from pytest_gocache.caches.build_cache import BuildCache
from pytest_gocache.caches.variant import Variant
from pytest_gocache.caches.warm_store import WarmStore
from pytest_gocache.errors import ToolchainError
from pytest_gocache.golang.command_line import GoArguments
from pytest_gocache.host import process
from pytest_gocache.host.environment import Home, hermetic_environment
from pytest_gocache.host.files import remove_tree
from pytest_gocache.host.toolchain import GoToolchain

__all__ = ["shim_goroot"]

_SOURCE = Path(__file__).with_name("shim.go")
_SECONDS = 600.0


def shim_goroot(folder: Path, toolchain: GoToolchain, store: WarmStore, ambient: Mapping[str, str]) -> Path:
    """Make ``folder`` a GOROOT like that of the toolchain, whose ``bin/go`` is the program that asks what to run.

    A whole GOROOT, because ``go generate`` puts its own ``bin`` in front of PATH. It consists of links.
    """
    identity = f"{toolchain.version} {toolchain.goroot} {_SOURCE.read_text(encoding='utf-8')}"
    name = f"shim-{hashlib.sha256(identity.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}"
    program = store.program(name, lambda target: _compile(target, toolchain, store, ambient))
    remove_tree(folder)
    (folder / "bin").mkdir(parents=True)
    for original in toolchain.goroot.iterdir():
        if original.name != "bin":
            (folder / original.name).symlink_to(original)
    for original in (toolchain.goroot / "bin").iterdir():
        if original.stem != "go":
            (folder / "bin" / original.name).symlink_to(original)
    go = folder / "bin" / "go"
    try:
        # Not a symbolic link: the program finds out by its own path who watches.
        go.hardlink_to(program)
    except OSError:
        shutil.copy2(program, go)
    (go.parent / "below").symlink_to(go.name)
    return folder


def _compile(target: Path, toolchain: GoToolchain, store: WarmStore, ambient: Mapping[str, str]) -> None:
    """Compile ``shim.go`` into ``target``, with what is made for it beside it."""
    scratch = target.parent
    home = Home(scratch / "machine")
    home.create()
    cache = BuildCache(home.gocache)
    cache.create()
    env = hermetic_environment(home, toolchain.goroot, ambient) | {"GO111MODULE": "off", "GODEBUG": ""}
    store.warm(cache, toolchain, Variant.of(toolchain, GoArguments.read(["build"]), env, scratch), frozenset(), "build")
    command = [str(toolchain.go), "build", "-ldflags=-s -w", "-o", str(target), str(_SOURCE)]
    done = process.run(command, cwd=scratch, env=env, output=scratch, timeout=_SECONDS)
    if done.returncode != 0:
        raise ToolchainError(
            f"{toolchain} cannot compile {_SOURCE}, which observes the go commands of other programs:\n"
            f"{os.fsdecode(done.stderr).strip()}"
        )
