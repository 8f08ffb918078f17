"""pytest-gocache: Go build-cache regression testing.

Write down as tests what the Go build cache must do for your builds. The fixtures ``go_module``, ``go_repo``,
``gocache``, ``gomodcache`` and ``go_toolchain`` come with the plugin; the assertions and types are imported from here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_gocache.action import Action, Kind, Status, TestOutcome, TestStatus
    from pytest_gocache.assertions import (
        assert_cached,
        assert_not_relinked,
        assert_only_rebuilt,
        assert_only_relinked,
        assert_rebuilt,
        assert_relinked,
        assert_test_cached,
        assert_test_ran,
    )
    from pytest_gocache.build_assertions import (
        assert_compiled_with,
        assert_downloaded,
        assert_no_downloads,
        assert_not_compiled_with,
        assert_not_in_build,
        assert_parallel,
    )
    from pytest_gocache.caches import BuildCache, CacheEntry, ModuleCache
    from pytest_gocache.conditions import ALL
    from pytest_gocache.errors import (
        ActionGraphError,
        GoCacheError,
        GoCacheWarning,
        GoCommandError,
        GoTimeoutError,
        HashLogError,
        ModuleFileError,
        PatternError,
        StoreError,
        ToolchainError,
        UsageError,
    )
    from pytest_gocache.explanation import Change, Explanation, Reason
    from pytest_gocache.freshness import assert_up_to_date
    from pytest_gocache.module import GoModule
    from pytest_gocache.proxy import ModuleProxy
    from pytest_gocache.reproduce import assert_reproducible
    from pytest_gocache.result import PackageSet, Result
    from pytest_gocache.sharedcache import SharedCache, Traffic
    from pytest_gocache.toolchain import GoToolchain, GoVersion

# Where each public name lives. They are imported on first use: pytest imports this package in every run, also in those
# that have nothing to do with Go.
_HOME = {
    "ALL": "conditions",
    "Action": "action",
    "ActionGraphError": "errors",
    "BuildCache": "caches",
    "CacheEntry": "caches",
    "Change": "explanation",
    "Explanation": "explanation",
    "GoCacheError": "errors",
    "GoCacheWarning": "errors",
    "GoCommandError": "errors",
    "GoModule": "module",
    "GoTimeoutError": "errors",
    "GoToolchain": "toolchain",
    "GoVersion": "toolchain",
    "HashLogError": "errors",
    "Kind": "action",
    "ModuleCache": "caches",
    "ModuleFileError": "errors",
    "ModuleProxy": "proxy",
    "PackageSet": "result",
    "PatternError": "errors",
    "Reason": "explanation",
    "Result": "result",
    "SharedCache": "sharedcache",
    "Status": "action",
    "StoreError": "errors",
    "TestOutcome": "action",
    "TestStatus": "action",
    "ToolchainError": "errors",
    "Traffic": "sharedcache",
    "UsageError": "errors",
    "assert_cached": "assertions",
    "assert_compiled_with": "build_assertions",
    "assert_downloaded": "build_assertions",
    "assert_no_downloads": "build_assertions",
    "assert_not_compiled_with": "build_assertions",
    "assert_not_in_build": "build_assertions",
    "assert_not_relinked": "assertions",
    "assert_only_rebuilt": "assertions",
    "assert_only_relinked": "assertions",
    "assert_parallel": "build_assertions",
    "assert_rebuilt": "assertions",
    "assert_relinked": "assertions",
    "assert_reproducible": "reproduce",
    "assert_test_cached": "assertions",
    "assert_test_ran": "assertions",
    "assert_up_to_date": "freshness",
}

__all__ = [
    "ALL",
    "Action",
    "ActionGraphError",
    "BuildCache",
    "CacheEntry",
    "Change",
    "Explanation",
    "GoCacheError",
    "GoCacheWarning",
    "GoCommandError",
    "GoModule",
    "GoTimeoutError",
    "GoToolchain",
    "GoVersion",
    "HashLogError",
    "Kind",
    "ModuleCache",
    "ModuleFileError",
    "ModuleProxy",
    "PackageSet",
    "PatternError",
    "Reason",
    "Result",
    "SharedCache",
    "Status",
    "StoreError",
    "TestOutcome",
    "TestStatus",
    "ToolchainError",
    "Traffic",
    "UsageError",
    "assert_cached",
    "assert_compiled_with",
    "assert_downloaded",
    "assert_no_downloads",
    "assert_not_compiled_with",
    "assert_not_in_build",
    "assert_not_relinked",
    "assert_only_rebuilt",
    "assert_only_relinked",
    "assert_parallel",
    "assert_rebuilt",
    "assert_relinked",
    "assert_reproducible",
    "assert_test_cached",
    "assert_test_ran",
    "assert_up_to_date",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
