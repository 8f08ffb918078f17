"""Keys as values, of what go commands of three versions did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_gocache import InputKind, Kind, NoEvidenceError, PatternError, Result, UsageError, load_result
from pytest_gocache.explain import cache_keys  # noqa: F401 - `Result.cache_key` calls it
from tests.made_results import command

Recorded = Callable[[str], list[Result]]


def test_the_key_of_a_compile_has_the_inputs_in_the_order_of_go(recorded: Recorded, go_version: str) -> None:
    build = recorded("from-nothing")[0]
    key = build.cache_key("./lib")

    action = next(one for one in build.compiles() if one.package == "example.com/app/lib")
    assert (key.kind, key.package, key.id) == (Kind.COMPILE, "example.com/app/lib", action.action_id)
    kinds = [one.kind for one in key.inputs]
    assert (kinds[0], key.inputs[0].value) == (InputKind.TOOLCHAIN, f"go{go_version}")
    assert InputKind.DIRECTORY in kinds
    assert InputKind.UNKNOWN not in kinds
    assert [one.name for one in key.find(InputKind.FILE)] == ["lib.go"]


def test_links_vets_and_test_variants_have_keys(recorded: Recorded) -> None:
    build, test, _, vet = recorded("from-nothing")[:4]
    link = build.cache_key("./cmd/app", Kind.LINK)
    assert {one.name for one in link.find(InputKind.IMPORT)} >= {"example.com/app/lib", "runtime"}
    assert list(vet.cache_key("./lib", Kind.VET).find(InputKind.VET_TOOL))
    assert InputKind.UNKNOWN not in {one.kind for key in (link, vet.cache_key("./lib", Kind.VET)) for one in key.inputs}
    variant = test.cache_key("example.com/app/lib [example.com/app/lib.test]")
    assert "lib_test.go" in [one.name for one in variant.find(InputKind.FILE)]
    assert variant.id != build.cache_key("./lib").id


def test_the_key_of_a_test_has_what_it_reads(recorded: Recorded) -> None:
    first, again, *_, not_kept = recorded("test-data")
    key = first.cache_key("./data", Kind.TEST)
    assert again.cache_key("./data", Kind.TEST) == key
    assert {one.kind for one in key.inputs} >= {InputKind.TEST_ARGUMENTS, InputKind.READ_FILE}
    with pytest.raises(NoEvidenceError, match="Go did not use the test cache for it, or did not keep the result"):
        not_kept.cache_key("./data", Kind.TEST)


def test_a_cached_package_has_the_same_key(recorded: Recorded) -> None:
    first, again = recorded("lib-edited")[:2]
    assert again.cache_key("./lib") == first.cache_key("./lib")


def test_a_recording_has_the_keys(recorded: Recorded, tmp_path: Path) -> None:
    build = recorded("from-nothing")[0]
    build.save(tmp_path / "rec")
    assert load_result(tmp_path / "rec").cache_key("./lib") == build.cache_key("./lib")


def test_one_package_is_meant(recorded: Recorded) -> None:
    build = recorded("from-nothing")[0]
    with pytest.raises(
        PatternError, match=r"Result.cache_key: package pattern './...' matches \d packages: name one of"
    ):
        build.cache_key("./...")
    with pytest.raises(PatternError, match="matches nothing"):
        build.cache_key("./absent")


def test_an_unknown_key_is_no_evidence(recorded: Recorded, tmp_path: Path) -> None:
    build = recorded("from-nothing")[0]
    with pytest.raises(NoEvidenceError, match="are not in Go's log"):
        replace(build, evidence=tmp_path, previous=None).cache_key("./lib")
    with pytest.raises(UsageError, match="has no cache key"):
        build.cache_key("./lib", Kind.OTHER)
    with pytest.raises(UsageError, match="made by hand"):
        command("build ./...").cache_key("./lib")
