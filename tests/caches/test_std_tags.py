"""The build tags that select files of the standard library."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_gocache.caches.std_tags import tags_that_select


@pytest.fixture(scope="module")
def goroot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("goroot")
    files = {
        "net/a.go": "// Copyright.\n\n//go:build (netgo && !static_x) || go1.99\n\npackage net\n",
        "net/a_test.go": "//go:build only_tests\n\npackage net\n",
        "os/b.s": "//go:build\tpurego\n",
        "os/c.go": "// +build older,!oldest\n\npackage os\n",
        "os/d.go": "package os\n\n// Of a //go:build in the text.\n",
        "os/testdata/e.go": "//go:build data\n",
        "cmd/f.go": "//go:build command\n",
    }
    for name, text in files.items():
        file = root / "src" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("value", "selected"),
    [
        ("netgo", ("netgo",)),
        ("purego,seccomp,netgo", ("netgo", "purego")),
        ("seccomp libpathrs ", ()),
        ("netgo  purego ", ("netgo", "purego")),
        ("'netgo' static_x", ("netgo", "static_x")),
        ("'netgo", ()),  # a value that Go refuses
        (",,older,oldest,", ("older", "oldest")),
        ("only_tests,data,command,the,in", ()),
        ("go1.99", ("go1.99",)),
        ("", ()),
    ],
)
def test_tags_that_a_file_mentions_select(value: str, selected: tuple[str, ...], goroot: Path) -> None:
    assert tags_that_select(value, goroot) == tuple(sorted(selected))
