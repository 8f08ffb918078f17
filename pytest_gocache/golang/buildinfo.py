"""Reads what the go command writes into a binary: the build information and the build ID."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["BuildInfo", "build_id_of", "find_build_info"]

# Source: `debug/buildinfo`. The magic is at a multiple of 16 bytes, the flags follow the size of a pointer.
_MAGIC = b"\xff Go buildinf:"
_ALIGNED = 16
_FLAGS_AT = 15
_STRINGS_AT = 32
_INLINE = (b"\2", b"\3")  # the strings follow the header, as in all versions since Go 1.18; 3 is big-endian
_MARK = 16  # bytes before and after the text of the modules
# Source: `cmd/internal/buildid`.
_NOTE = re.compile(rb"(?:\x04\0\0\0(....)\x04\0\0\0|\0\0\0\x04(....)\0\0\0\x04)Go\0\0", re.DOTALL)  # of ELF files
_BUILD_ID = re.compile(rb'\xff Go build ID: "((?:[^"\\\n]|\\.)*)"\n \xff')


@dataclass(frozen=True, slots=True)
class BuildInfo:
    """The build information of a binary, as ``go version -m`` prints it."""

    go: str
    """The version of Go, like ``go1.27.3``."""
    package: str = ""
    """The import path of the main package; ``command-line-arguments`` for files."""
    module: str = ""
    """The path of the main module; empty outside of a module."""
    version: str = ""
    """The version of the main module, ``(devel)`` for one that Go does not know."""
    dependencies: Mapping[str, str] = field(default_factory=dict)
    """Module path → version. A replaced module has the version of its replacement, or its folder."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Name → value: ``-ldflags``, ``CGO_ENABLED``, ``vcs.revision``, …"""


def find_build_info(binary: bytes) -> BuildInfo | None:
    """The build information in a binary; None for a file that has none."""
    at = binary.find(_MAGIC)
    while at >= 0:
        if at % _ALIGNED == 0 and binary[at + _FLAGS_AT : at + _FLAGS_AT + 1] in _INLINE:
            go, end = _string(binary, at + _STRINGS_AT)
            modules, _ = _string(binary, end)
            if go:
                return _parse(go.decode("utf-8", "replace"), modules[_MARK:-_MARK].decode("utf-8", "replace"))
        at = binary.find(_MAGIC, at + 1)
    return None


def _string(binary: bytes, at: int) -> tuple[bytes, int]:
    """The string at an offset, and the offset after it. Its length is in front, seven bits in each byte.

    A string that ends after the file is empty.
    """
    length = shift = 0
    while at < len(binary) and shift < 64:  # noqa: PLR2004 - bits
        byte = binary[at]
        at += 1
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:  # noqa: PLR2004 - the last byte
            break
    return binary[at : at + length] if at + length <= len(binary) else b"", at + length


def _parse(go: str, text: str) -> BuildInfo:
    package = module = version = ""
    dependencies: dict[str, str] = {}
    settings: dict[str, str] = {}
    last = ""
    for line in text.splitlines():
        kind, *rest = line.split("\t")
        first, second = (*rest, "", "")[:2]
        if kind == "path":
            package = first
        elif kind == "mod":
            module, version = first, second
        elif kind == "dep":
            last, dependencies[first] = first, second
        elif kind == "=>":
            dependencies[last] = second or first
        elif kind == "build":
            name, _, value = first.partition("=")
            settings[_unquoted(name)] = _unquoted(value)
    return BuildInfo(go, package, module, version, dependencies, settings)


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


def _unquoted(text: str) -> str:
    """A value as it was given. Go quotes one with spaces, quotes or newlines."""
    if text[:1] == "`":
        return text.strip("`")
    if text[:1] != '"':
        return text
    return re.sub(r"\\(.)", lambda match: _ESCAPES.get(match[1], match[1]), text[1:-1])


def build_id_of(binary: bytes) -> str:
    """The build ID that Go gave to a binary; empty for a binary without one (``-ldflags=-buildid=``)."""
    if binary.startswith(b"\x7fELF"):
        note = _NOTE.search(binary)
        if note is None:
            return ""
        length = int.from_bytes(note[1], "little") if note[1] else int.from_bytes(note[2], "big")
        return binary[note.end() : note.end() + length].decode("utf-8", "replace")
    found = _BUILD_ID.search(binary)
    return re.sub(rb"\\(.)", rb"\1", found[1]).decode("utf-8", "replace") if found else ""
