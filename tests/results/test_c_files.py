"""The files that the C compiler read, by the names of the package's own files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pytest_gocache.results.c_files import C_RULES, c_files, c_rules
from tests.made_results import result


def test_files_are_those_of_the_package(tmp_path: Path) -> None:
    (tmp_path / C_RULES).write_text(
        "av.cgo2.o: av.cgo2.c /sdk/sdk.h\n"
        "codec.o: codec.c /sdk/../sdk/codec.h ../common/shared.h\n"
        "cgo.cgo2.o: cgo.cgo2.c /sdk/one.h\n"
        "cgo.cgo2.o: cgo.cgo2.c /sdk/other.h\n"
        "_cgo_main.o: _cgo_main.c\n"
    )
    command = replace(result(), evidence=tmp_path)
    packages = {
        "m/av": ("/app/av", ["av.go", "codec.c", "cgo.go"]),
        "m/other": ("/app/other", ["cgo.go"]),
        "m/none": ("/app/none", ["none.go"]),
    }
    assert c_files(c_rules(command), packages) == {
        "m/av": {
            *("/app/av/av.cgo2.c", "/app/av/codec.c"),
            *("/sdk/sdk.h", "/sdk/codec.h", "/app/common/shared.h"),
        }
    }


def test_a_compiler_that_says_nothing(tmp_path: Path) -> None:
    assert c_rules(replace(result(), evidence=tmp_path)) == []
