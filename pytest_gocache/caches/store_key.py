"""The name of what a store contains: the key under which CI keeps the store between jobs."""

from __future__ import annotations

import hashlib
import json
import platform
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from pytest_gocache.caches.variant import compiler_stamp
from pytest_gocache.caches.warm_store import FORMAT
from pytest_gocache.golang.version import GoVersion

__all__ = ["store_key"]


def store_key(store: Path, versions: Iterable[GoVersion], ambient: Mapping[str, str]) -> str:
    """One word that names the platform, the Go versions, the C compiler and, after them, the content of ``store``.

    The key of an empty store ends before the content, so it is a prefix of every key that the store has later. The
    folder of the toolchain is no part of the content: a reinstalled toolchain takes a second to warm again.
    """
    compiler = compiler_stamp("clang" if platform.system() == "Darwin" else "gcc", ambient.get("PATH"))
    parts = [
        f"pytest-gocache{FORMAT}",
        platform.system().lower(),
        platform.machine().lower(),
        *(f"go{version.number}" for version in sorted(set(versions))),
        f"cc{_digest(compiler)}" if compiler else "nocc",
    ]
    content = _content(store)
    if content:
        parts.append(_digest(content))
    return re.sub(r"[^\w.+-]+", "_", "-".join(parts))


def _content(store: Path) -> list[str]:
    """What the store would have to make again if it were empty."""
    found = set()
    for file in store.glob("warm/*/*/entry.json"):
        try:
            entry = json.loads(file.read_bytes())
        except OSError:  # a different process deletes the entry, to make room
            continue
        found.add(json.dumps([file.parent.parent.name, *map(entry.get, ("packages", "extras", "for_builds"))]))
    found.update(folder.name for folder in store.glob("toolchains/*"))
    # The name of a program has the folder of the toolchain in it, so only whether there is one counts.
    found.update(file.parent.name for file in store.glob("programs/*"))
    return sorted(found)


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode("utf-8", "surrogateescape")).hexdigest()[:12]
