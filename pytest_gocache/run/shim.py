"""The ``go`` that programs under observation find first on PATH: compiled once, in a GOROOT of its own."""

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
from pytest_gocache.golang.command_line import NO_STAMPS, GoArguments
from pytest_gocache.host import process
from pytest_gocache.host.environment import Home, file_settings, hermetic_environment
from pytest_gocache.host.files import remove_tree
from pytest_gocache.host.toolchain import GoToolchain

__all__ = ["EXEC_NAME", "shim_goroot"]

EXEC_NAME = "go-run-exec"
"""The name in ``bin`` by which ``shim.go`` is the ``-exec`` program of ``go run``."""

_SOURCE = Path(__file__).with_name("shim.go")
_SECONDS = 600.0


def shim_goroot(folder: Path, toolchain: GoToolchain, store: WarmStore, ambient: Mapping[str, str]) -> Path:
    """Make ``folder`` a GOROOT of links to the toolchain's, with ``shim.go`` as its ``bin/go``.

    A ``bin`` alone is not enough: ``go generate`` puts the ``bin`` of its GOROOT first in PATH.
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
        if original.name != "go":
            (folder / "bin" / original.name).symlink_to(original)
    go = folder / "bin" / "go"
    # No link: the program finds the server's address by its own path, and a test must not reach the store's file.
    shutil.copy2(program, go)
    (go.parent / EXEC_NAME).symlink_to(go.name)
    return folder


def _compile(target: Path, toolchain: GoToolchain, store: WarmStore, ambient: Mapping[str, str]) -> None:
    """Compile ``shim.go`` into ``target``, whose parent is a scratch folder."""
    scratch = target.parent
    home = Home(scratch / "machine")
    home.create()
    cache = BuildCache(home.gocache)
    cache.create()
    env = hermetic_environment(home, toolchain.goroot, ambient)
    env |= {"GO111MODULE": "off", "GODEBUG": "", "GOFLAGS": NO_STAMPS}
    env |= file_settings(env, toolchain.goroot, scratch)
    variant = Variant.of(toolchain, GoArguments.read(["build"], NO_STAMPS), env, scratch)
    store.warm(cache, toolchain, variant, frozenset(), "build")
    command = [str(toolchain.go), "build", "-ldflags=-s -w", "-o", str(target), str(_SOURCE)]
    done = process.run(command, cwd=scratch, env=env, output=scratch, timeout=_SECONDS)
    if done.returncode != 0:
        raise ToolchainError(
            f"{toolchain} cannot compile {_SOURCE}, which observes the go commands of other programs:\n"
            f"{os.fsdecode(done.stderr).strip()}"
        )
