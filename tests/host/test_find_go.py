"""The first real go on PATH is found, and a wrapper is not."""

from __future__ import annotations

from pathlib import Path

from pytest_gocache.host.find_go import locate_default, platform_of
from tests.host.made_goroots import make_goroot


def test_the_first_real_go_on_path_is_found_and_a_python_wrapper_is_not(tmp_path: Path) -> None:
    wrapper = tmp_path / "wrapper" / "go"
    wrapper.parent.mkdir()
    wrapper.write_text("#!/usr/bin/env python3\n", encoding="ascii")
    wrapper.chmod(0o755)
    real = make_goroot(tmp_path / "go") / "bin"
    path = f"{wrapper.parent}::{tmp_path / 'nowhere'}:{real}"
    assert locate_default({"PATH": path}) == real / "go"


def test_the_platform_is_known_only_with_the_tools_of_one(tmp_path: Path) -> None:
    assert platform_of(tmp_path) == ""
    (tmp_path / "pkg" / "tool" / "linux_amd64").mkdir(parents=True)
    assert platform_of(tmp_path) == "linux/amd64"
    (tmp_path / "pkg" / "tool" / "linux_arm64").mkdir()
    assert platform_of(tmp_path) == ""
