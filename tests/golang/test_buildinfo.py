"""What the go command writes into a binary, read from made files; tests/with_go reads real ones."""

from __future__ import annotations

import struct

import pytest

from pytest_gocache.golang.buildinfo import BuildInfo, build_id_of, find_build_info

MARK = b"0123456789abcdef"


def uvarint(number: int) -> bytes:
    out = b""
    while number > 0x7F:
        out, number = out + bytes([number & 0x7F | 0x80]), number >> 7
    return out + bytes([number])


def block(modules: str, go: str = "go1.27.3", flags: int = 2) -> bytes:
    header = b"\xff Go buildinf:" + bytes([8, flags]) + bytes(16)
    text = MARK + modules.encode() + MARK if modules else b""
    return header + uvarint(len(go)) + go.encode() + uvarint(len(text)) + text


MODULES = """\
path\texample.com/app/cmd/app
mod\texample.com/app\t(devel)\t
dep\texample.com/lib\tv1.2.0\th1:abc=
dep\texample.com/old\tv1.0.0
=>\texample.com/new\tv2.0.0\th1:def=
dep\texample.com/near\tv1.0.0
=>\t./near\t
build\t-ldflags="-X 'main.version=a b\\"c'"
build\tvcs.modified=true
build\tvcs.time=
"""


@pytest.mark.parametrize("flags", [2, 3])
def test_everything_that_go_writes(flags: int) -> None:
    assert find_build_info(b"code".ljust(64) + block(MODULES, flags=flags)) == BuildInfo(
        "go1.27.3",
        "example.com/app/cmd/app",
        "example.com/app",
        "(devel)",
        {"example.com/lib": "v1.2.0", "example.com/old": "v2.0.0", "example.com/near": "./near"},
        {"-ldflags": "-X 'main.version=a b\"c'", "vcs.modified": "true", "vcs.time": ""},
    )


def test_a_binary_outside_of_a_module() -> None:
    assert find_build_info(block("")) == BuildInfo("go1.27.3")


@pytest.mark.parametrize(
    "other",
    [
        b"",
        b"\xff Go buildinf:",
        b"x" + block(MODULES),  # the text of a program that looks for the magic
        block(MODULES, flags=0),  # before Go 1.18
        block("", go=""),
        b"\xff Go buildinf:" + bytes([8, 2]) + bytes(16) + b"\xff" * 100,
    ],
)
def test_what_is_no_build_information(other: bytes) -> None:
    assert find_build_info(other) is None


def test_the_real_block_may_come_after_one_that_is_none() -> None:
    found = find_build_info(block("", go="").ljust(64, b"x") + block(MODULES))
    assert found is not None
    assert found.package == "example.com/app/cmd/app"


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_build_id_of_an_elf_file(order: str) -> None:
    note = struct.pack(order + "III", 4, 9, 4) + b"Go\0\0" + b"abc/def-g"
    assert build_id_of(b"\x7fELF" + bytes(60) + note + b"more") == "abc/def-g"
    assert build_id_of(b"\x7fELF" + bytes(60)) == ""


def test_the_build_id_of_another_file() -> None:
    assert build_id_of(b'MZ\xff Go build ID: "abc/\\"def"\n \xffcode') == 'abc/"def'
    assert build_id_of(b"MZ") == ""
