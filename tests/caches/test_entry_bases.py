"""Which entries of the store a new one starts from."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_gocache.caches.entry_bases import starting_points
from pytest_gocache.caches.variant import Variant

PLAIN = Variant("go1.27.3", "gc", (), (), ())
ENTRIES: dict[str, tuple[set[str], bool]] = {
    "empty": (set(), False),
    "empty-build": (set(), True),
    "net": ({"net"}, False),
    "http-build": ({"net", "net/http"}, True),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for number, (name, (packages, for_builds)) in enumerate(ENTRIES.items()):
        describe(tmp_path / "warm" / "family" / name, packages, for_builds=for_builds, made=number)
    return tmp_path


def describe(folder: Path, packages: set[str], **content: object) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    description = {"packages": sorted(packages), "kin": PLAIN.kin, **content}
    (folder / "entry.json").write_text(json.dumps(description), encoding="ascii")


def bases(
    root: Path, packages: set[str], variant: Variant = PLAIN, family: str = "family", *, for_builds: bool = False
) -> tuple[list[str], list[str]]:
    found = starting_points(root, root / "warm" / family, variant, frozenset(packages), for_builds=for_builds)
    siblings, kin = ([cache.parent.name for cache in caches] for caches in found)
    return siblings, kin


def test_an_entry_for_builds_starts_from_the_sibling_with_most_of_its_packages(root: Path) -> None:
    assert bases(root, set(), for_builds=True) == (["empty-build"], [])
    assert bases(root, {"net", "embed"}, for_builds=True) == (["net"], [])
    assert bases(root, {"net", "net/http"}, for_builds=True) == (["http-build"], [])


def test_an_entry_for_tests_starts_from_one_for_tests_too(root: Path) -> None:
    assert bases(root, {"net", "embed"}) == (["net"], [])
    assert bases(root, {"net", "net/http"}) == (["net", "http-build"], [])


def test_extras_count_as_packages(root: Path) -> None:
    describe(root / "warm" / "family" / "empty", set(), extras=["-cover"], made=9)
    assert bases(root, set(), replace(PLAIN, flags=("-cover",)), for_builds=True) == (["empty"], [])
    assert bases(root, set(), for_builds=True) == (["empty-build"], [])


def test_without_a_sibling_of_its_kind_an_entry_starts_from_a_kin(root: Path) -> None:
    other = replace(PLAIN, env=(("CGO_CFLAGS", "-DX"),))
    assert bases(root, {"net"}, other, "other") == ([], ["net"])
    assert bases(root, {"net", "net/http"}, other, "other", for_builds=True) == ([], ["http-build"])
    describe(root / "warm" / "other" / "net-build", {"net"}, for_builds=True)
    assert bases(root, {"net"}, other, "other") == (["net-build"], ["net"])
    assert bases(root, {"net"}, other, "other", for_builds=True) == (["net-build"], [])
    assert bases(root, {"net"}, replace(PLAIN, version="go1.25.5"), "third") == ([], [])
