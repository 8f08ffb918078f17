"""The first go on PATH is found; what is no go command is recognised, and nothing is started for it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pytest_gocache.host.find_go import SERVER_FILE, embedded_goroot, is_wrapper, locate_default, platform_of
from tests.host.made_goroots import make_goroot


def test_the_first_go_on_path_is_found_a_wrapper_included(tmp_path: Path) -> None:
    wrapper = tmp_path / "wrapper" / "go"
    wrapper.parent.mkdir()
    wrapper.write_text("#!/usr/bin/env python3\n", encoding="ascii")
    wrapper.chmod(0o755)
    real = make_goroot(tmp_path / "go") / "bin"
    assert locate_default({"PATH": f":{tmp_path / 'nowhere'}:{real}:{wrapper.parent}"}) == real / "go"
    assert not is_wrapper(real / "go")
    assert locate_default({"PATH": f"{wrapper.parent}:{real}"}) == wrapper
    assert is_wrapper(wrapper)


def test_a_link_to_a_version_manager_is_a_wrapper_and_a_link_to_a_go_is_not(tmp_path: Path) -> None:
    manager = tmp_path / "mise"
    manager.write_bytes(b"\x7fELF not really")
    shim, link = tmp_path / "shims" / "go", tmp_path / "links" / "go"
    for folder in (shim.parent, link.parent):
        folder.mkdir()
    shim.symlink_to(manager)
    link.symlink_to(make_goroot(tmp_path / "sdk") / "bin" / "go")
    assert is_wrapper(shim)
    assert not is_wrapper(link)


def test_the_script_of_this_environment_stands_for_its_wheel(tmp_path: Path) -> None:
    script = tmp_path / "go"
    script.write_text(f"#!{Path(sys.executable).parent}/python3\nfrom go import main\n", encoding="utf-8")
    script.chmod(0o755)
    other = make_goroot(tmp_path / "sdk") / "bin"
    assert locate_default({"PATH": f"{tmp_path}:{other}"}) == embedded_goroot()


def test_our_own_observing_go_stands_for_the_toolchain_that_it_links_to(tmp_path: Path) -> None:
    real, shim = make_goroot(tmp_path / "real"), tmp_path / "shim"
    (shim / "bin").mkdir(parents=True)
    (shim / "bin" / "go").write_bytes(b"\x7fELF not really")
    (shim / "bin" / "go").chmod(0o755)
    (shim / "src").symlink_to(real / "src")
    (shim / SERVER_FILE).write_text("", encoding="ascii")
    assert locate_default({"PATH": str(shim / "bin")}) == real


@pytest.mark.parametrize("path", ["", "/nowhere"])
def test_without_a_go_on_path_the_wheel_is_found(path: str) -> None:
    assert locate_default({"PATH": path}) == embedded_goroot()


def test_the_platform_is_known_only_with_the_tools_of_one(tmp_path: Path) -> None:
    assert platform_of(tmp_path) == ""
    (tmp_path / "pkg" / "tool" / "linux_amd64").mkdir(parents=True)
    assert platform_of(tmp_path) == "linux/amd64"
    (tmp_path / "pkg" / "tool" / "linux_arm64").mkdir()
    assert platform_of(tmp_path) == ""
