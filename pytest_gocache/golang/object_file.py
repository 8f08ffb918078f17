"""The string variables in a compiled package, and how Go writes import paths in the names of symbols."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["StringVariable", "in_symbols", "string_variables"]

# The format of cmd/internal/goobj/objfile.go, the same in Go 1.21 to 1.27.
_MAGIC = b"\x00go120ld"
_BLOCKS_AT = len(_MAGIC) + 8 + 4  # after the fingerprint and the flags
_SYMBOLS, _OTHER, _REFERENCES = 3, 6, 7  # blocks: symbols that the package has, or refers to
_RELOCATIONS_FROM, _AUX_FROM, _RELOCATIONS, _AUX, _BLOCKS = 11, 12, 14, 15, 19
_SYMBOL_SIZE, _RELOCATION_SIZE, _AUX_SIZE = 21, 23, 9
_AUX_OF_A_VARIABLE = 2  # its type, and its debug information
_NO_PACKAGE, _OWN = 2**31 - 1, 2**31 - 5  # PkgIdxNone, PkgIdxSelf
_DEBUG = 3  # AuxDwarfInfo
_STRING = "go:info.string"  # the debug information of the type string
_ENTRY_HEADER = 60  # bytes, in an archive


@dataclass(frozen=True, slots=True)
class StringVariable:
    """A package variable of type string."""

    name: str
    """The name in the package: ``version``."""
    in_init: bool
    """Whether the code that computes initial values uses the variable: it sets the variable, or it only reads it."""


def string_variables(archive: bytes) -> tuple[StringVariable, ...] | None:
    """The package variables of type string in the archive of a compiled package; None for other bytes."""
    try:
        return tuple(_Object(_object_in(archive)).variables())
    # Truncated or foreign bytes end in one of these.
    except (struct.error, ValueError, IndexError):
        return None


def in_symbols(package: str) -> str:
    """The import path as the linker writes it in the names of symbols (``cmd/internal/objabi.PathToPrefix``)."""
    folder, slash, last = package.rpartition("/")
    escaped = (re.sub(r'[\x00-\x20%"\x7f-\uffff]', _escaped, part) for part in (folder, last.replace(".", "\0")))
    return slash.join(escaped).replace("%00", "%2e")


def _escaped(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02x}" for byte in match[0].encode())


def _object_in(archive: bytes) -> bytes:
    """The object of the Go files in an archive. Raises `ValueError` when there is none."""
    if not archive.startswith(b"!<arch>\n"):
        raise ValueError("not an archive")
    at = 8
    while at < len(archive):
        header = archive[at : at + _ENTRY_HEADER]
        at += _ENTRY_HEADER
        size = int(header[48:58])
        if header.startswith(b"_go_.o"):
            content = archive[at : at + size]
            found = content[content.index(b"\n!\n") + 3 :]
            if found.startswith(_MAGIC):
                return found
        at += size + size % 2
    raise ValueError("no Go object")


class _Object:
    def __init__(self, content: bytes) -> None:
        self._content = content
        self._blocks = struct.unpack_from(f"<{_BLOCKS}I", content, _BLOCKS_AT)

    def variables(self) -> Iterator[StringVariable]:
        names = [self._name(_SYMBOLS, at) for at in range(self._count(_SYMBOLS))]
        in_init = {at for function, name in enumerate(names) if name.endswith(".init") for at in self._own(function)}
        others = [self._name(block, at) for block in (_OTHER, _REFERENCES) for at in range(self._count(block))]
        string = (_NO_PACKAGE, others.index(_STRING)) if _STRING in others else None
        described = [[info for kind, info in self._aux_of(at) if kind == _DEBUG] for at in range(len(names))]
        if not any(described):
            raise ValueError("no debug information: the types are unknown")
        for at, name in enumerate(names):
            # A function has debug information, too, and it may have string parameters: it has code, and more of these.
            if len(self._aux_of(at)) <= _AUX_OF_A_VARIABLE and any(
                string in self._uses(info) for info in described[at]
            ):
                yield StringVariable(name.rpartition(".")[2], at in in_init)

    def _count(self, block: int) -> int:
        size: int = self._blocks[block + 1] - self._blocks[block]
        return size // _SYMBOL_SIZE

    def _name(self, block: int, at: int) -> str:
        length, start = struct.unpack_from("<II", self._content, self._blocks[block] + at * _SYMBOL_SIZE)
        return self._content[start : start + length].decode("utf-8", "replace")

    def _entries(self, starts: int, block: int, size: int, at: int) -> Iterator[int]:
        """The offsets of the entries that belong to the symbol ``at``."""
        first, end = struct.unpack_from("<II", self._content, self._blocks[starts] + at * 4)
        return (self._blocks[block] + entry * size for entry in range(first, end))

    def _aux_of(self, at: int) -> list[tuple[int, int]]:
        """Type and symbol of each auxiliary symbol that the package has itself."""
        offsets = self._entries(_AUX_FROM, _AUX, _AUX_SIZE, at)
        found = [struct.unpack_from("<BII", self._content, offset) for offset in offsets]
        return [(kind, symbol if package == _OWN else self._count(_SYMBOLS)) for kind, package, symbol in found]

    def _uses(self, at: int) -> list[tuple[int, int]]:
        """Package and symbol of each relocation of a symbol."""
        offsets = self._entries(_RELOCATIONS_FROM, _RELOCATIONS, _RELOCATION_SIZE, at)
        return [struct.unpack_from("<II", self._content, offset + 15) for offset in offsets]

    def _own(self, at: int) -> list[int]:
        """The symbols of the package itself that a symbol uses."""
        return [symbol for package, symbol in self._uses(at) if package == _OWN]
