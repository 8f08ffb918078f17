"""pytest-gocache: Go build-cache regression testing.

Write down as tests what the Go build cache must do for your builds. The fixtures ``go_module``, ``go_repo``,
``gocache``, ``gomodcache`` and ``go_toolchain`` come with the plugin; the assertions and types are imported from here.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

# The public names, for type checkers.
if TYPE_CHECKING:
    __version__: str
    from pytest_gocache.assertions.binaries import assert_stamped as assert_stamped, assert_variable as assert_variable
    from pytest_gocache.assertions.ci_jobs import (
        assert_bounded_growth as assert_bounded_growth,
        assert_warm as assert_warm,
    )
    from pytest_gocache.assertions.downloads import (
        assert_downloaded as assert_downloaded,
        assert_no_downloads as assert_no_downloads,
    )
    from pytest_gocache.assertions.flags import (
        assert_compiled_with as assert_compiled_with,
        assert_not_compiled_with as assert_not_compiled_with,
    )
    from pytest_gocache.assertions.in_build import assert_not_in_build as assert_not_in_build
    from pytest_gocache.assertions.keys import (
        assert_in_cache_key as assert_in_cache_key,
        assert_not_in_cache_key as assert_not_in_cache_key,
    )
    from pytest_gocache.assertions.links import (
        assert_not_relinked as assert_not_relinked,
        assert_only_relinked as assert_only_relinked,
        assert_relinked as assert_relinked,
    )
    from pytest_gocache.assertions.packages import (
        assert_cached as assert_cached,
        assert_only_rebuilt as assert_only_rebuilt,
        assert_rebuilt as assert_rebuilt,
    )
    from pytest_gocache.assertions.parallel import assert_parallel as assert_parallel
    from pytest_gocache.assertions.reproducible.assertion import assert_reproducible as assert_reproducible
    from pytest_gocache.assertions.reproducible.conditions import ALL as ALL
    from pytest_gocache.assertions.reproducible.same_bytes import assert_same_bytes as assert_same_bytes
    from pytest_gocache.assertions.same_compiles import assert_same_compiles as assert_same_compiles
    from pytest_gocache.assertions.tests import (
        assert_test_cached as assert_test_cached,
        assert_test_ran as assert_test_ran,
    )
    from pytest_gocache.assertions.up_to_date import assert_up_to_date as assert_up_to_date
    from pytest_gocache.caches.build_cache import BuildCache as BuildCache, CacheEntry as CacheEntry
    from pytest_gocache.caches.module_cache import ModuleCache as ModuleCache
    from pytest_gocache.caches.shared import SharedCache as SharedCache, Traffic as Traffic
    from pytest_gocache.errors import (
        ActionGraphError as ActionGraphError,
        GoCacheError as GoCacheError,
        GoCacheWarning as GoCacheWarning,
        GoCommandError as GoCommandError,
        GoTimeoutError as GoTimeoutError,
        HashLogError as HashLogError,
        ModuleFileError as ModuleFileError,
        NoEvidenceError as NoEvidenceError,
        PatternError as PatternError,
        RecordingError as RecordingError,
        RepositoryError as RepositoryError,
        RerunError as RerunError,
        ScriptError as ScriptError,
        StoreError as StoreError,
        ToolchainError as ToolchainError,
        UsageError as UsageError,
    )
    from pytest_gocache.golang.action import (
        Action as Action,
        Kind as Kind,
        Status as Status,
        TestOutcome as TestOutcome,
        TestStatus as TestStatus,
    )
    from pytest_gocache.golang.version import GoVersion as GoVersion
    from pytest_gocache.host.toolchain import GoToolchain as GoToolchain
    from pytest_gocache.plugin.snapshots.snapshot import GocacheSnapshot as GocacheSnapshot
    from pytest_gocache.recordings.load import load_result as load_result
    from pytest_gocache.results.cache_event import SavedCache as SavedCache
    from pytest_gocache.results.cache_key import CacheKey as CacheKey, KeyInput as KeyInput
    from pytest_gocache.results.ci_job import (
        JobRecord as JobRecord,
        NotSaved as NotSaved,
        RestoredCache as RestoredCache,
    )
    from pytest_gocache.results.explanation import Explanation as Explanation
    from pytest_gocache.results.file_tree import FileChange as FileChange
    from pytest_gocache.results.go_binary import GoBinary as GoBinary, go_binary as go_binary
    from pytest_gocache.results.inputs import Change as Change, Input as Input, InputKind as InputKind
    from pytest_gocache.results.reasons import Reason as Reason, ReasonCode as ReasonCode
    from pytest_gocache.results.result import PackageSet as PackageSet, Result as Result
    from pytest_gocache.results.untracked import Untracked as Untracked
    from pytest_gocache.run.ci_cache import CiCache as CiCache, CiJob as CiJob
    from pytest_gocache.run.go_module import GoModule as GoModule
    from pytest_gocache.run.module_proxy import ModuleProxy as ModuleProxy


# The same names by module, for `__getattr__`: a module is imported when a test first uses one of its names, because
# pytest imports this package in every run, with or without Go.
_MODULES = {
    "pytest_gocache.assertions.binaries": ("assert_stamped", "assert_variable"),
    "pytest_gocache.assertions.ci_jobs": ("assert_bounded_growth", "assert_warm"),
    "pytest_gocache.assertions.downloads": ("assert_downloaded", "assert_no_downloads"),
    "pytest_gocache.assertions.flags": ("assert_compiled_with", "assert_not_compiled_with"),
    "pytest_gocache.assertions.in_build": ("assert_not_in_build",),
    "pytest_gocache.assertions.keys": ("assert_in_cache_key", "assert_not_in_cache_key"),
    "pytest_gocache.assertions.links": ("assert_not_relinked", "assert_only_relinked", "assert_relinked"),
    "pytest_gocache.assertions.packages": ("assert_cached", "assert_only_rebuilt", "assert_rebuilt"),
    "pytest_gocache.assertions.parallel": ("assert_parallel",),
    "pytest_gocache.assertions.reproducible.assertion": ("assert_reproducible",),
    "pytest_gocache.assertions.reproducible.conditions": ("ALL",),
    "pytest_gocache.assertions.reproducible.same_bytes": ("assert_same_bytes",),
    "pytest_gocache.assertions.same_compiles": ("assert_same_compiles",),
    "pytest_gocache.assertions.tests": ("assert_test_cached", "assert_test_ran"),
    "pytest_gocache.assertions.up_to_date": ("assert_up_to_date",),
    "pytest_gocache.caches.build_cache": ("BuildCache", "CacheEntry"),
    "pytest_gocache.caches.module_cache": ("ModuleCache",),
    "pytest_gocache.caches.shared": ("SharedCache", "Traffic"),
    "pytest_gocache.errors": (
        "ActionGraphError",
        "GoCacheError",
        "GoCacheWarning",
        "GoCommandError",
        "GoTimeoutError",
        "HashLogError",
        "ModuleFileError",
        "NoEvidenceError",
        "PatternError",
        "RecordingError",
        "RepositoryError",
        "RerunError",
        "ScriptError",
        "StoreError",
        "ToolchainError",
        "UsageError",
    ),
    "pytest_gocache.golang.action": ("Action", "Kind", "Status", "TestOutcome", "TestStatus"),
    "pytest_gocache.golang.version": ("GoVersion",),
    "pytest_gocache.host.toolchain": ("GoToolchain",),
    "pytest_gocache.results.cache_event": ("SavedCache",),
    "pytest_gocache.results.ci_job": ("JobRecord", "NotSaved", "RestoredCache"),
    "pytest_gocache.plugin.snapshots.snapshot": ("GocacheSnapshot",),
    "pytest_gocache.recordings.load": ("load_result",),
    "pytest_gocache.results.cache_key": ("CacheKey", "KeyInput"),
    "pytest_gocache.results.explanation": ("Explanation",),
    "pytest_gocache.results.file_tree": ("FileChange",),
    "pytest_gocache.results.go_binary": ("GoBinary", "go_binary"),
    "pytest_gocache.results.inputs": ("Change", "Input", "InputKind"),
    "pytest_gocache.results.reasons": ("Reason", "ReasonCode"),
    "pytest_gocache.results.result": ("PackageSet", "Result"),
    "pytest_gocache.results.untracked": ("Untracked",),
    "pytest_gocache.run.ci_cache": ("CiCache", "CiJob"),
    "pytest_gocache.run.go_module": ("GoModule",),
    "pytest_gocache.run.module_proxy": ("ModuleProxy",),
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}

__all__ = sorted(_HOMES)  # noqa: PLE0605 - type checkers read the block above


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("pytest-gocache")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
