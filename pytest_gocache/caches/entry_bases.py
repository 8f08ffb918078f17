"""The entries of the store that a new entry starts from: Go compiles only what they do not have."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pytest_gocache.caches.store_entries import described, descriptions
from pytest_gocache.caches.variant import Variant

__all__ = ["starting_points"]


def starting_points(
    root: Path, family: Path, variant: Variant, packages: frozenset[str], *, for_builds: bool
) -> tuple[list[Path], list[Path]]:
    """The caches that a new entry in ``family`` starts from: of siblings, and of a kin if no sibling is of its kind.

    An entry for builds has nothing to vet and test with. So an entry for tests starts from the closest one for tests,
    and from the closest one of either kind, which may have more of its packages.
    """
    siblings = _siblings(family, packages | frozenset(variant.extras), for_builds=for_builds)
    of_its_kind = [cache for serves, cache in siblings if serves]
    of_either = [cache for _, cache in siblings]
    kin = [] if of_its_kind else _kin(root, family, variant, packages, for_builds=for_builds)
    return list(dict.fromkeys([*of_its_kind[:1], *of_either[:1]])), kin


def _siblings(family: Path, wanted: frozenset[str], *, for_builds: bool) -> list[tuple[bool, Path]]:
    """The entries in ``family`` that have no other packages than these, the one with most of them first.

    For each, whether it is of the wanted kind, and its cache.
    """
    found = []
    for file in family.glob("*/entry.json"):
        content = described(file)
        has = frozenset(content.get("packages", ())) | frozenset(content.get("extras", ()))
        if has <= wanted:
            found.append((len(has), content.get("made", 0.0), _serves(content, for_builds), file.parent / "cache"))
    return [(serves, cache) for *_, serves, cache in sorted(found, reverse=True)]


def _kin(root: Path, family: Path, variant: Variant, packages: frozenset[str], *, for_builds: bool) -> list[Path]:
    """The cache of the entry that shares most packages, among those of families that are kin to ``family``, if any.

    An entry of the wanted kind comes first.
    """
    ranked = []
    for file in descriptions(root):
        content = described(file)
        if content.get("kin") == variant.kin and file.parent.parent != family:
            has = frozenset(content.get("packages", ()))
            shares = (len(has & packages), -len(has - packages))
            ranked.append((_serves(content, for_builds), shares, content.get("made", 0.0), file.parent / "cache"))
    return [max(ranked)[-1]] if ranked else []


def _serves(content: Mapping[str, Any], for_builds: bool) -> bool:  # noqa: FBT001 - the kind that is wanted
    return for_builds or not content.get("for_builds")
