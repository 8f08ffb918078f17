"""The sections of ELF files: what they contain, and which of them differ."""

from __future__ import annotations

import struct
import zlib

import pytest

from pytest_gocache.golang.elf import Occurrences, data_symbol, differing_sections, occurrences, sections


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


def with_symbols(*, wide: bool, order: str) -> bytes:
    """An ELF file with the data symbols ``main.version`` (in a section without bytes) and ``main.version.str``."""
    base = elf(
        {".data": b"....1.0.", ".strtab": b"\0x.main.version\0main.version.str\0", ".bss": b""}, wide=wide, order=order
    )
    symbol = struct.Struct(order + ("IBBHQQ" if wide else "IIIBBH"))

    def entry(name: int, section: int, address: int, size: int) -> bytes:
        return (
            symbol.pack(name, 1, 0, section, address, size) if wide else symbol.pack(name, address, size, 1, 0, section)
        )

    # The first name is the end of a longer one, as linkers share them.
    table = entry(3, 3, 0x2000, 16) + entry(16, 1, 0x1004, 3)
    out = bytearray(base + table)
    (at,) = struct.unpack_from(order + ("Q" if wide else "I"), out, 0x28 if wide else 0x20)
    header = order + ("IIQQQQII" if wide else "IIIIIIII")
    size = struct.unpack_from(order + "H", out, 0x3A if wide else 0x2E)[0]
    data = list(struct.unpack_from(header, out, at + size))
    data[3] = 0x1000
    struct.pack_into(header, out, at + size, *data)
    # The header of the symbols takes the place of the first one, which is empty in all files.
    struct.pack_into(header, out, at, 0, 2, 0, 0, len(base), len(table), 2, 0)
    return bytes(out)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("wide", [True, False])
def test_data_symbols(wide: bool, order: str) -> None:  # noqa: FBT001 - a table's column
    binary = with_symbols(wide=wide, order=order)
    assert data_symbol(binary, "main.version.str") == b"1.0"
    assert data_symbol(binary, "main.version") == b""
    assert data_symbol(binary, "main.versio") is None
    assert data_symbol(binary, "x") is None


def test_files_that_show_no_symbols() -> None:
    for binary, why in (
        (b"MZ", "it is not an ELF file"),
        (elf({".data": b"x"}), "it has no symbol table"),
        (with_symbols(wide=True, order="<")[:200], "it is not a sound ELF file"),
    ):
        with pytest.raises(ValueError, match=why):
            data_symbol(binary, "main.version")
