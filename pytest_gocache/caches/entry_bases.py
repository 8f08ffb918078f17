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
    """The siblings and the kin that a new entry starts from. Without a sibling of the wanted kind, it needs a kin."""
    siblings = _siblings(family, variant, packages, for_builds=for_builds)
    if siblings and _serves(described(siblings[0].with_name("entry.json")), for_builds):
        return siblings, []
    return siblings, _kin(root, family, variant, packages, for_builds=for_builds)


def _siblings(family: Path, variant: Variant, packages: frozenset[str], *, for_builds: bool) -> list[Path]:
    """The caches of the entries in ``family`` that have most of these packages, and no others.

    The first one is of the wanted kind: an entry for builds has nothing to vet and test with. Where an entry of the
    other kind has more packages, it is the second one.
    """
    wanted = packages | frozenset(variant.extras)
    found = []
    for file in family.glob("*/entry.json"):
        content = described(file)
        has = frozenset(content.get("packages", ())) | frozenset(content.get("extras", ()))
        if has <= wanted:
            found.append((len(has), content.get("made", 0.0), _serves(content, for_builds), file.parent / "cache"))
    found.sort(reverse=True)
    of_its_kind = [cache for *_, serves, cache in found if serves]
    of_either = [cache for *_, cache in found]
    return list(dict.fromkeys([*of_its_kind[:1], *of_either[:1]]))


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
