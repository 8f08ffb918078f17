"""The Go binaries among the files that a program wrote."""

from __future__ import annotations

from pathlib import Path

from pytest_gocache.results.left_binaries import left_binaries
from pytest_gocache.results.result import Result


def test_other_files_are_no_go_binaries(tmp_path: Path) -> None:
    # Executables without Go's build information, a text with its mark, and a file that is gone.
    files = {
        "c": b"\x7fELF",
        "mac": b"\xcf\xfa\xed\xfe",
        "win.exe": b"MZ",
        "text": b"# \xff Go buildinf:",
        "empty": b"",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    assert left_binaries(Result(("make",), 1, tmp_path, 0, "", "", 0.1, written=(*files, "gone"))) == []
