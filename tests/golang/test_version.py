"""GoVersion: read, ordered, and held against specifiers."""

from __future__ import annotations

import itertools
import pickle
import random

import pytest

from pytest_gocache.errors import UsageError
from pytest_gocache.golang.version import GoVersion

ASCENDING = [
    "go1.21.0",
    "go1.21.13",
    "go1.25",
    "go1.25.5",
    "devel go1.26-abcdef0 Mon Jan 2 15:04:05 2026 +0000",
    "go1.26beta1",
    "go1.26rc1",
    "go1.26rc2",
    "go1.26rc10",
    "go1.26.0",
    "go1.26.6",
    "go1.27.3",
    "go2.0",
]


@pytest.mark.parametrize(
    ("text", "release", "language", "number"),
    [
        ("go1.27.3", (1, 27, 3), "1.27", "1.27.3"),
        ("1.27.3", (1, 27, 3), "1.27", "1.27.3"),
        ("go1.27", (1, 27, 0), "1.27", "1.27"),
        (" go1.27.3\n", (1, 27, 3), "1.27", "1.27.3"),
        ("go1.28rc1", (1, 28, 0), "1.28", "1.28rc1"),
        ("go1.28beta2", (1, 28, 0), "1.28", "1.28beta2"),
        ("go1.27.3 X:rangefunc", (1, 27, 3), "1.27", "1.27.3"),
        ("go1.27.3-vendor.1", (1, 27, 3), "1.27", "1.27.3-vendor.1"),
        ("go1.27.3+auto", (1, 27, 3), "1.27", "1.27.3+auto"),
        ("devel go1.28-abcdef Mon Jan 2", (1, 28, 0), "1.28", "1.28-abcdef"),
    ],
)
def test_versions_are_read(text: str, release: tuple[int, int, int], language: str, number: str) -> None:
    version = GoVersion.parse(text)
    assert version.release == release
    assert version.language == language
    assert version.number == number
    assert str(version) == text.strip()
    assert pickle.loads(pickle.dumps(version)) == version  # noqa: S301 - our own


@pytest.mark.parametrize(
    "text", ["", "go", "1", "go1", "latest", "gopher1.27", "go1.27.x", "go1.27.3.4", "v1.27.3", "stable 1.27"]
)
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="^GoVersion.parse: .* is not a Go version"):
        GoVersion.parse(text)


def test_versions_are_ordered() -> None:
    versions = [GoVersion.parse(text) for text in ASCENDING]
    for low, high in itertools.combinations(versions, 2):
        assert low < high
        assert low <= high
        assert high > low
        assert low != high
    shuffled = random.Random(0).sample(versions, len(versions))
    assert [str(v) for v in sorted(shuffled)] == ASCENDING


def test_a_development_version_in_the_form_of_go_1_25_and_later_comes_before_its_release() -> None:
    # cmd/dist writes "go1.28-devel_…" since Go 1.25; before, "devel go1.28-…".
    devel = GoVersion.parse("go1.28-devel_abcdef0123 Mon Jan 2 15:04:05 2026 +0000")
    assert GoVersion.parse("go1.27.3") < devel < GoVersion.parse("go1.28rc1")
    assert devel.satisfies(">=1.28")


def test_equal_versions_are_equal_however_they_are_written() -> None:
    one, other = GoVersion.parse("go1.27"), GoVersion.parse("1.27.0")
    assert one == other
    assert hash(one) == hash(other)
    assert one <= other
    assert one != "go1.27"
    with pytest.raises(TypeError):
        assert one < "go1.28"


@pytest.mark.parametrize(
    ("version", "specifier", "met"),
    [
        ("go1.27.3", ">=1.25", True),
        ("go1.27.3", ">=1.27", True),
        ("go1.27.3", ">=1.27.4", False),
        ("go1.27.3", ">=1.24,<1.27", False),
        ("go1.26.6", ">=1.24,<1.27", True),
        ("go1.27.3", "==1.27.*", True),
        ("go1.27.3", "==1.27", False),
        ("go1.27", "==1.27", True),
        ("go1.27.3", "!=1.27.3", False),
        ("go1.27.3", "~=1.27.1", True),
        ("go1.28rc1", ">=1.28", True),
        ("devel go1.28-abc", ">=1.28", True),
        ("go1.28rc1", "<1.28", False),
        ("go1.9.7", ">=1.10", False),
        ("go1.27.3 X:rangefunc", ">=1.27", True),
        ("go1.27.3", "", True),
    ],
)
def test_specifiers_are_met_or_not(version: str, specifier: str, met: bool) -> None:  # noqa: FBT001 - a table's column
    assert GoVersion.parse(version).satisfies(specifier) is met


@pytest.mark.parametrize("specifier", ["1.25", ">= go1.25", "newest", ">=1.25 <1.27"])
def test_what_is_no_specifier_is_refused(specifier: str) -> None:
    with pytest.raises(UsageError, match="^GoVersion.satisfies: .* is not a version specifier"):
        GoVersion.parse("go1.27.3").satisfies(specifier)
