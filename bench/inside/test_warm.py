"""Tests that need a warm standard library, and the time to put it into their caches."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import pytest

if TYPE_CHECKING:
    from pytest_gocache import BuildCache, GoModule

PACKAGE = os.environ.get("BENCH_PACKAGE", "fmt")
each = pytest.mark.parametrize("number", range(int(os.environ.get("BENCH_COUNT", "1"))))


@pytest.fixture
def module(go_module: GoModule) -> GoModule:
    go_module.write("main.go", f'package main\n\nimport _ "{PACKAGE}"\n\nfunc main() {{}}\n')
    return go_module


@pytest.mark.parametrize("flag", ["-v", "-trimpath"])
@each
def test_variants(module: GoModule, flag: str, number: int) -> None:
    assert len(module.build(flag, ".").compiled) == 1, number


@each
def test_build(module: GoModule, gocache: BuildCache, number: int, tell: Callable[..., None]) -> None:
    from pytest_gocache.caches.build_cache import BuildCache

    seconds: list[float] = []
    original = BuildCache.add

    def add(*args: object, **more: object) -> None:
        begun = time.perf_counter()
        original(*args, **more)  # type: ignore[arg-type]
        seconds.append(time.perf_counter() - begun)

    begun = time.perf_counter()
    with mock.patch.object(BuildCache, "add", add):
        result = module.build(".")
    whole = time.perf_counter() - begun
    assert len(result.compiled) == 1, number
    files = [file for file in Path(gocache).rglob("??/*") if file.is_file()]
    linked = sum(file.stat().st_nlink > 1 for file in files)
    tell(whole=whole, clone=sum(seconds), files=len(files), linked=linked, packages=len(result.packages))
