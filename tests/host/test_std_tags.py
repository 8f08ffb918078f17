"""The build tags that select files of the standard library."""

from __future__ import annotations

from pathlib import Path

from pytest_gocache.host.std_tags import std_tags


def test_the_tags_in_constraints_are_found(tmp_path: Path) -> None:
    files = {
        "net/a.go": "// Copyright.\n\n//go:build (netgo && !static_x) || go1.99\n\npackage net\n",
        "net/a_test.go": "//go:build only_tests\n\npackage net\n",
        "os/b.s": "//go:build\tpurego\r\n",
        "os/c.go": "// +build older,!oldest\n\npackage os\n",
        "os/d.go": "package os\n\n// Of a //go:build in the text.\n",
        "os/testdata/e.go": "//go:build data\n",
        "cmd/f.go": "//go:build command\n",
    }
    for name, text in files.items():
        file = tmp_path / "src" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="")
    assert std_tags(tmp_path) == {"netgo", "static_x", "go1.99", "purego", "older", "oldest"}
