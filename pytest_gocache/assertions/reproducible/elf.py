"""What differs between two binaries: sections of ELF files, and the paths that stand in them."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Mapping

__all__ = ["differing_sections", "places_of", "sections"]

_MOST_NAMED = 8
_NO_BITS = 8  # SHT_NOBITS: a section without bytes in the file
_COMPRESSED = 0x800  # SHF_COMPRESSED


def sections(binary: bytes) -> dict[str, bytes]:
    """The content of each section of an ELF file by name, decompressed; empty for anything else.

    pyelftools and LIEF read far more than that. For the header table of a format that does not change, and for
    nothing but the text of a failure, a dependency of every installation is too much.
    """
    try:
        return dict(_elf_sections(binary))
    except (struct.error, zlib.error, IndexError, ValueError):
        return {}


def _elf_sections(binary: bytes) -> Iterable[tuple[str, bytes]]:
    if binary[:4] != b"\x7fELF":
        return
    wide = binary[4] == 2  # noqa: PLR2004 - ELFCLASS64
    order = "<" if binary[5] == 1 else ">"
    (table,) = struct.unpack_from(order + ("Q" if wide else "I"), binary, 0x28 if wide else 0x20)
    size, count, names_at = struct.unpack_from(order + "HHH", binary, 0x3A if wide else 0x2E)
    headers = [
        struct.unpack_from(order + ("IIQQQQ" if wide else "IIIIII"), binary, table + number * size)
        for number in range(count)
    ]
    names = _content(binary, headers[names_at], "")
    for header in headers:
        end = names.index(b"\0", header[0])
        name = names[header[0] : end].decode("utf-8", "replace")
        if name and header[1] != _NO_BITS:
            yield name, _content(binary, header, order + ("IIQQ" if wide else "III"))


def _content(binary: bytes, header: tuple[int, ...], compression: str) -> bytes:
    _, _, flags, _, offset, size = header
    content = binary[offset : offset + size]
    if compression and flags & _COMPRESSED:
        kind = struct.unpack_from(compression, content)[0]
        # Another method than zlib (ELFCOMPRESS_ZSTD) stays as it is.
        return zlib.decompress(content[struct.calcsize(compression) :]) if kind == 1 else content
    return content


def differing_sections(one: bytes, other: bytes) -> list[str]:
    """The sections that are not the same in two ELF files, with their sizes where those differ; in the file's order."""
    before, after = sections(one), sections(other)
    found = []
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if old is None or new is None:
            found.append(f"{name} (only in one)")
        else:
            found.append(name if len(old) == len(new) else f"{name} ({len(old):,} and {len(new):,} bytes)")
    return found


def places_of(binary: bytes, paths: Mapping[str, str]) -> list[tuple[str, str]]:
    """Which of these paths stand in a binary: the path's name, and how often and in which sections.

    ``paths`` has names with absolute paths. A file that is not ELF is searched as a whole.
    """
    parts = sections(binary) or {"": binary}
    found = []
    for name, path in paths.items():
        counts = {section: content.count(path.encode()) for section, content in parts.items()}
        where = [section for section, count in counts.items() if count]
        if where:
            times = sum(counts.values())
            named = f" in {', '.join(where[:_MOST_NAMED])}" if where != [""] else ""
            found.append((name, f"{path}  {times} time{'s' if times > 1 else ''}{named}"))
    return found
