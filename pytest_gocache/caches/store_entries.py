"""The entries of the store of warm caches, as their descriptions tell them."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_gocache.host.files import remove_tree

__all__ = ["StoreEntry", "described", "descriptions", "listed", "stored", "take_out"]


@dataclass(frozen=True, slots=True)
class StoreEntry:
    """One entry: the warm cache of a variant and a set of standard packages."""

    folder: Path
    label: str
    """The variant: ``go1.27.3 -race``."""
    packages: frozenset[str]
    """The packages that it adds to those that every test needs."""
    for_builds: bool
    """Whether it has only what ``go build`` needs."""
    bytes: int
    """What deleting it frees: entries share most of their files."""
    used: float
    """When a test last used it, in seconds since the epoch, to about a minute."""


def descriptions(root: Path) -> list[Path]:
    """The description files of all entries, whose modification times say when an entry was last used."""
    return sorted((root / "warm").glob("*/*/entry.json"))


def described(description: Path) -> dict[str, Any]:
    """The content of a description; empty for a file that cannot be read."""
    try:
        content = json.loads(description.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def stored(root: Path) -> list[StoreEntry]:
    """All entries of the store in ``root``, the one that was unused for longest first."""
    found = []
    for file in descriptions(root):
        try:
            used = file.stat().st_mtime
        except FileNotFoundError:  # a different process made room
            continue
        content = described(file)
        label, packages = str(content.get("variant", "unreadable")), frozenset(content.get("packages", ()))
        for_builds, size = bool(content.get("for_builds")), int(content.get("bytes", 0))
        found.append(StoreEntry(file.parent, label, packages, for_builds, size, used))
    return sorted(found, key=lambda entry: (entry.used, entry.folder))


def listed(packages: frozenset[str], *, for_builds: bool) -> str:
    """A few words for the set of packages of an entry."""
    if not packages:
        return "what every build needs" if for_builds else "what every test needs"
    # The deepest path first: net/http tells more than bufio.
    names = sorted(packages, key=lambda name: (-name.count("/"), name))
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f"{names[0]}{more}{', for builds' if for_builds else ''}"


def take_out(root: Path, entry: StoreEntry) -> None:
    """Delete an entry. The rename makes a concurrent clone fail at once and start again: it would miss some files."""
    gone = root / "tmp" / f"room-{os.getpid()}-{entry.folder.name}"
    entry.folder.rename(gone)
    remove_tree(gone)
