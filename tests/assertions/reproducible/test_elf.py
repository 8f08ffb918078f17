"""The sections of ELF files: what they contain, and which of them differ."""

from __future__ import annotations

import struct
import zlib

import pytest

from pytest_gocache.assertions.reproducible.elf import Occurrences, differing_sections, occurrences, sections


def elf(contents: dict[str, bytes], *, wide: bool = True, order: str = "<", squeeze: str = "") -> bytes:
    """An ELF file of nothing but a header, sections, and their headers; the one named ``squeeze`` is compressed."""
    header = 64 if wide else 52
    names = b"\0" + b"".join(name.encode() + b"\0" for name in [*contents, ".shstrtab"])
    body, table = b"", [(0,) * 6]
    for name, plain in {**contents, ".shstrtab": names}.items():
        flags, kind, content = 0, 8 if name == ".bss" else 1, plain
        if name == squeeze:
            flags = 0x800
            packed = (1, 0, len(plain), 1) if wide else (1, len(plain), 1)
            content = struct.pack(order + ("IIQQ" if wide else "III"), *packed) + zlib.compress(plain)
        table.append((names.index(name.encode() + b"\0"), kind, flags, 0, header + len(body), len(content)))
        body += content
    rest = "IIQQ" if wide else "IIII"
    rows = b"".join(struct.pack(order + ("IIQQQQ" if wide else "IIIIII") + rest, *row, 0, 0, 0, 0) for row in table)
    size = struct.calcsize(order + ("IIQQQQ" if wide else "IIIIII") + rest)
    start = bytes([0x7F, *b"ELF", 2 if wide else 1, 1 if order == "<" else 2]).ljust(header, b"\0")
    out = bytearray(start + body + rows)
    struct.pack_into(order + ("Q" if wide else "I"), out, 0x28 if wide else 0x20, header + len(body))
    struct.pack_into(order + "HHH", out, 0x3A if wide else 0x2E, size, len(table), len(table) - 1)
    return bytes(out)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("wide", [True, False])
def test_the_sections_of_every_kind_of_elf(wide: bool, order: str) -> None:  # noqa: FBT001 - a table's column
    contents = {".text": b"code", ".debug_line": b"/home/ann/app " * 20, ".bss": b""}
    found = sections(elf(contents, wide=wide, order=order, squeeze=".debug_line"))
    assert found is not None
    assert found == {".text": b"code", ".debug_line": b"/home/ann/app " * 20, ".shstrtab": found[".shstrtab"]}


def test_a_file_that_is_not_a_sound_elf_file_has_no_sections() -> None:
    whole = elf({".text": b"code", ".debug_line": b"lines"}, squeeze=".debug_line")
    assert sections(b"!<arch>\n") is None
    assert sections(b"") is None
    for length in range(4, len(whole) - 1):
        sections(whole[:length])
    assert sections(whole[:100]) is None
    assert sections(b"\x7fELF" + b"\xff" * 200) is None


def test_the_sections_that_differ_have_their_sizes_only_where_those_do() -> None:
    one = {".text": b"code", ".same": b"x", ".rodata": b"abc", ".only": b"1"}
    two = {".text": b"kode", ".same": b"x", ".rodata": b"abcdef"}
    found = differing_sections(one, two)
    assert [section.name for section in found] == [".text", ".rodata", ".only"]
    assert [str(section) for section in found] == [".text", ".rodata (3 and 6 bytes)", ".only (only in one)"]
    assert differing_sections(one, one) == []


def test_texts_are_found_in_compressed_sections_too() -> None:
    binary = elf({".gopclntab": b"/home/ann/app/x.go", ".debug_line": b"/home/ann/app " * 20}, squeeze=".debug_line")
    contents = sections(binary)
    assert contents is not None
    assert occurrences("/home/ann/app", contents) == Occurrences(21, (".gopclntab", ".debug_line"))
    assert occurrences("/var/ann", contents) == Occurrences(0, ())
