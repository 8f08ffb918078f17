"""The line of this plugin in the header of pytest. Nothing runs and nothing is made for it."""

from __future__ import annotations

import os

import pytest

import pytest_gocache
from pytest_gocache.plugin.options import store_folder, toolchain_specs

__all__ = ["header_line"]


def header_line(config: pytest.Config) -> str:
    """``gocache 0.1.0: go1.27.3 linux/amd64 (GOROOT), 2 CPUs, store FOLDER``."""
    from pytest_gocache.host.cpu import cpu_count

    cpus = cpu_count()
    store = store_folder(config) or "nowhere: no home folder"
    machine = f"{cpus} CPU{'' if cpus == 1 else 's'}"
    return f"gocache {pytest_gocache.__version__}: {_toolchain_line(config)}, {machine}, store {store}"


def _toolchain_line(config: pytest.Config) -> str:
    specs = toolchain_specs(config)
    if specs:
        return " and ".join(specs)
    from pytest_gocache.host.find_go import locate_default, platform_of, version_line

    located = locate_default(os.environ)
    if located is None:
        return "no Go toolchain"
    goroot = located if located.is_dir() else located.resolve().parent.parent
    version = " ".join(filter(None, (version_line(goroot), platform_of(goroot))))
    return f"{version} ({goroot})" if version else str(located)
