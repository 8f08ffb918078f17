"""Assertions on the modules that a command downloads."""

from __future__ import annotations

from pytest_gocache.assertions.failure import fail, named
from pytest_gocache.golang.modfile import unescaped
from pytest_gocache.results.packages import modules_in
from pytest_gocache.results.result import Result
from pytest_gocache.results.tables import counted, rows

__all__ = ["assert_downloaded", "assert_no_downloads"]


@named
def assert_no_downloads(result: Result) -> None:
    """The command downloaded no module into the module cache.

    Raises `AssertionError` when it did.
    """
    if result.downloads:
        before = {unescaped(module): then.step for then in result.earlier() for module in then.downloads}
        names = [unescaped(module) for module in result.downloads]
        fail(
            "assert_no_downloads",
            f"{counted(names, 'module was', 'modules were')} downloaded by {result.title}",
            rows((name, [f"step {before[name]} also downloaded it"] if name in before else []) for name in names),
            "restore GOMODCACHE together with GOCACHE: Go downloads every module that GOMODCACHE lacks",
        )


@named
def assert_downloaded(result: Result, *modules: str) -> None:
    """The command downloaded each of ``modules``, a ``path`` or ``path@version``; without arguments: any module.

    Raises `AssertionError` when a module was not downloaded.
    """
    downloads = [unescaped(module) for module in result.downloads]
    paths = {module.partition("@")[0] for module in downloads}
    missing = [module for module in modules if module not in downloads and module not in paths]
    if missing or not downloads:
        here = map(unescaped, modules_in(result.circumstances.modcache))
        others = ", ".join(name for name in here if name not in downloads)
        fail(
            "assert_downloaded",
            f"{result.title} did not download {', '.join(missing) or 'any module'}",
            f"  downloaded: {', '.join(downloads) or 'nothing'}",
            f"  in the module cache: {others}" if others else "",
        )
