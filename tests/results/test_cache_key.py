from __future__ import annotations

from pytest_gocache import InputKind, Kind
from pytest_gocache.results.cache_key import CacheKey, KeyInput

FILES = tuple(KeyInput(InputKind.FILE, name, "AAAA") for name in ("a.go", "b.go"))


def test_inputs_are_found_by_kind_and_name() -> None:
    key = CacheKey(Kind.COMPILE, "m/lib", "id", (KeyInput(InputKind.TOOLCHAIN, "", "go1.27.3"), *FILES))
    assert tuple(key.find(InputKind.FILE)) == FILES
    assert tuple(key.find(InputKind.FILE, "b.go")) == FILES[1:]
    assert tuple(key.find(InputKind.GOROOT)) == ()


def test_an_input_reads_as_in_messages() -> None:
    assert str(FILES[0]) == "file a.go: AAAA"
    assert str(KeyInput(InputKind.TOOLCHAIN, "", "go1.27.3")) == "toolchain: go1.27.3"
