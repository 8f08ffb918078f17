"""The Go binaries among the files that a program wrote."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pytest_gocache.errors import UsageError
from pytest_gocache.results.go_binary import GoBinary, go_binary
from pytest_gocache.results.result import Result

__all__ = ["ARCHIVE", "first_bytes", "go_binaries_among", "left_binaries"]

ARCHIVE = b"!<arch>\n"
"""The first bytes of an archive, which Go makes of a package too."""
# The first bytes of ELF, Mach-O (of either byte order, and for several processors) and PE files.
_EXECUTABLES = (b"\x7fELF", b"\xfe\xed\xfa", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"MZ")


def left_binaries(result: Result) -> list[GoBinary]:
    """The Go binaries that a program created or changed in the module, and that are still there, by name."""
    return go_binaries_among(result.cwd / name for name in result.written)


def go_binaries_among(files: Iterable[Path]) -> list[GoBinary]:
    """Those of the files that Go linked."""
    found = []
    for file in files:
        # Only executables are read whole: a program may write thousands of other files.
        if (first_bytes(file) or b"").startswith(_EXECUTABLES):
            try:
                found.append(go_binary(file))
            except UsageError:
                continue
    return found


def first_bytes(file: Path) -> bytes | None:
    """The first eight bytes of a file; empty when it is gone, None when it cannot be read."""
    try:
        with file.open("rb") as opened:
            return opened.read(len(ARCHIVE))
    except FileNotFoundError:
        return b""
    except OSError:
        return None
