"""The lines of this plugin in the header of pytest. Nothing runs and nothing is made for them."""

from __future__ import annotations

import os

import pytest

import pytest_gocache
from pytest_gocache.plugin.options import read_settings, store_folder, toolchain_specs
from pytest_gocache.plugin.run_facts import cpus_in_words

__all__ = ["header_lines"]


def header_lines(config: pytest.Config) -> list[str]:
    """``gocache 0.1.0: go1.27.3 linux/amd64 (GOROOT), 2 CPUs, store DIR``; one more if go.mod names a different Go."""
    from pytest_gocache.host.cpu import cpu_count
    from pytest_gocache.plugin.default_go import describe_default

    machine, store = cpus_in_words(cpu_count()), store_folder(config)
    toolchain, told = " and ".join(toolchain_specs(config)), ""
    if not toolchain:
        toolchain, told = describe_default(read_settings(config).repository, store, os.environ)
    first = f"gocache {pytest_gocache.__version__}: {toolchain}, {machine}, store {store or 'nowhere: no home folder'}"
    return [first, f"gocache: {told}"] if told else [first]
