"""The sections and data symbols of ELF files."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["Occurrences", "SectionDifference", "data_symbol", "differing_sections", "occurrences", "sections"]

# Values of the ELF specification.
_CLASS_64 = 2  # ELFCLASS64
_LITTLE_ENDIAN = 1  # ELFDATA2LSB
_SYMBOLS = 2  # SHT_SYMTAB
_NO_BITS = 8  # SHT_NOBITS: the section has a size and no bytes in the file
_COMPRESSED = 0x800  # SHF_COMPRESSED
_ZLIB = 1  # ELFCOMPRESS_ZLIB


def sections(binary: bytes) -> dict[str, bytes] | None:
    """The content of each section of an ELF file by name, decompressed; None for a file that is not a sound ELF file.

    A section without bytes in the file (``.bss``) is left out. A section that is compressed in a way other than zlib
    stays compressed. Callers treat a file without sections as plain bytes.
    """
    # pyelftools and LIEF read far more. This reads one table of a frozen format for the text of a failure, which does
    # not justify a dependency for every user.
    if not binary.startswith(b"\x7fELF"):
        return None
    try:
        return dict(_read_sections(binary))
    # A truncated or corrupt file ends in one of these, depending on which field is wrong.
    except (struct.error, zlib.error, IndexError, ValueError):
        return None


def _read_sections(binary: bytes) -> Iterator[tuple[str, bytes]]:
    order, headers, names_at = _read_headers(binary)
    names = _bytes_of(binary, headers[names_at])
    for header in headers:
        name = _name_at(names, header.name_at)
        if name and header.kind != _NO_BITS:
            content = _bytes_of(binary, header)
            wide = binary[4] == _CLASS_64
            is_compressed = header.flags & _COMPRESSED
            yield name, _decompressed(content, order + ("IIQQ" if wide else "III")) if is_compressed else content


def data_symbol(binary: bytes, name: str) -> bytes | None:
    """The content of a data symbol of an ELF file; None without such a symbol.

    Raises `ValueError` for a file that is not a sound ELF file, and for one without a symbol table (``-ldflags=-s``).
    """
    if not binary.startswith(b"\x7fELF"):
        raise ValueError("it is not an ELF file")
    try:
        return _find_symbol(binary, name.encode())
    except (struct.error, IndexError) as error:
        raise ValueError("it is not a sound ELF file") from error


def _find_symbol(binary: bytes, name: bytes) -> bytes | None:
    order, headers, _ = _read_headers(binary)
    table = next((header for header in headers if header.kind == _SYMBOLS), None)
    if table is None:
        raise ValueError("it has no symbol table")
    names = _bytes_of(binary, headers[table.link])
    # st_name, st_info, st_other, st_shndx, st_value, st_size; in 32-bit files, st_info comes after st_size.
    wide = binary[4] == _CLASS_64
    symbol_format = struct.Struct(order + ("IBBHQQ" if wide else "IIIBBH"))
    ending = name + b"\0"
    for symbol in symbol_format.iter_unpack(_bytes_of(binary, table)):
        if names.startswith(ending, symbol[0]):
            index, address, size = (symbol[3], symbol[4], symbol[5]) if wide else (symbol[5], symbol[1], symbol[2])
            section = headers[index]
            at = section.offset + address - section.address
            return b"" if section.kind == _NO_BITS else binary[at : at + size]
    return None


class _Header(NamedTuple):
    """The header of a section, in the order of the file."""

    name_at: int
    kind: int
    flags: int
    address: int
    offset: int
    size: int
    link: int


def _read_headers(binary: bytes) -> tuple[str, list[_Header], int]:
    """The byte order, the headers of all sections, and the number of the section with their names."""
    wide = binary[4] == _CLASS_64
    order = "<" if binary[5] == _LITTLE_ENDIAN else ">"
    # e_shoff, then e_shentsize, e_shnum and e_shstrndx.
    (table,) = struct.unpack_from(order + ("Q" if wide else "I"), binary, 0x28 if wide else 0x20)
    size, count, names_at = struct.unpack_from(order + "HHH", binary, 0x3A if wide else 0x2E)
    # sh_name, sh_type, sh_flags, sh_addr, sh_offset, sh_size, sh_link.
    header_format = order + ("IIQQQQI" if wide else "IIIIIII")
    headers = [_Header(*struct.unpack_from(header_format, binary, table + at * size)) for at in range(count)]
    return order, headers, names_at


def _name_at(names: bytes, at: int) -> str:
    return names[at : names.index(b"\0", at)].decode("utf-8", "replace")


def _bytes_of(binary: bytes, header: _Header) -> bytes:
    return binary[header.offset : header.offset + header.size]


def _decompressed(content: bytes, header_format: str) -> bytes:
    method = struct.unpack_from(header_format, content)[0]
    return zlib.decompress(content[struct.calcsize(header_format) :]) if method == _ZLIB else content


@dataclass(frozen=True, slots=True)
class SectionDifference:
    """A section whose content differs between two files. A size is in bytes; None where a file lacks the section."""

    name: str
    sizes: tuple[int | None, int | None]

    def __str__(self) -> str:
        one, two = self.sizes
        if one is None or two is None:
            return f"{self.name} (only in one)"
        return self.name if one == two else f"{self.name} ({one:,} and {two:,} bytes)"


def differing_sections(one: Mapping[str, bytes], two: Mapping[str, bytes]) -> list[SectionDifference]:
    """The sections that differ between two files, in the order of the first file."""
    found = []
    for name in dict.fromkeys([*one, *two]):
        contents = one.get(name), two.get(name)
        if contents[0] != contents[1]:
            sizes = [None if content is None else len(content) for content in contents]
            found.append(SectionDifference(name, (sizes[0], sizes[1])))
    return found


@dataclass(frozen=True, slots=True)
class Occurrences:
    """How often a text occurs in a file, and the sections that contain it."""

    times: int
    sections: tuple[str, ...]


def occurrences(text: str, contents: Mapping[str, bytes]) -> Occurrences:
    """The occurrences of a text in the sections of a file."""
    counts = {section: content.count(text.encode()) for section, content in contents.items()}
    return Occurrences(sum(counts.values()), tuple(section for section, count in counts.items() if count))
