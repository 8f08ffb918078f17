"""pytest-gocache: Go build-cache regression testing.

Write down as tests what the Go build cache must do for your builds. The fixtures ``go_module``, ``go_repo``,
``gocache``, ``gomodcache`` and ``go_toolchain`` come with the plugin; the assertions and types are imported from here.
"""

from __future__ import annotations

import functools
import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

# The public names and their modules, for type checkers and for `__getattr__`, which reads this block: a new name is one
# line here. A module is imported on first use, because pytest imports this package in every run, with or without Go.
if TYPE_CHECKING:
    from pytest_gocache.assertions.downloads import (
        assert_downloaded as assert_downloaded,
        assert_no_downloads as assert_no_downloads,
    )
    from pytest_gocache.assertions.flags import (
        assert_compiled_with as assert_compiled_with,
        assert_not_compiled_with as assert_not_compiled_with,
    )
    from pytest_gocache.assertions.in_build import assert_not_in_build as assert_not_in_build
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
        RepositoryError as RepositoryError,
        RerunError as RerunError,
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
    from pytest_gocache.results.explanation import Explanation as Explanation
    from pytest_gocache.results.inputs import Change as Change, Input as Input, InputKind as InputKind
    from pytest_gocache.results.reasons import Reason as Reason, ReasonCode as ReasonCode
    from pytest_gocache.results.result import PackageSet as PackageSet, Result as Result
    from pytest_gocache.run.go_module import GoModule as GoModule
    from pytest_gocache.run.module_proxy import ModuleProxy as ModuleProxy


@functools.cache
def _homes() -> dict[str, str]:
    """Each public name and the module that defines it, read from the block above."""
    import ast

    tree = ast.parse(Path(__file__).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    imports = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    return {alias.name: f"{node.module}" for node in imports for alias in node.names}


def __getattr__(name: str) -> Any:
    if name == "__all__":
        return sorted(_homes())
    # Python asks for a few names of its own, and they must not cost the reading of this file.
    if name.startswith("__") or name not in _homes():
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_homes()[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_homes()])
