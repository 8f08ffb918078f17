"""What the checks of one repository share. The first check that needs a part makes it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

import pytest

from pytest_gocache.checks.repository import (
    BaseBuild,
    BaseTests,
    BuiltRepository,
    ModuleFactory,
    RepositoryCopy,
    run_base_build,
    run_base_tests,
)
from pytest_gocache.errors import GoCacheError, GoTimeoutError
from pytest_gocache.plugin.findings import report_finding
from pytest_gocache.plugin.session import GoSession, commands_of, keep_folder, record_result
from pytest_gocache.results.result import Result

__all__ = ["Once", "SharedRuns"]

T = TypeVar("T")


class Once(Generic[T]):
    """A value that is made once. When that fails, the check that asked for it gets the error, and later checks skip.

    A second attempt of that check gets the error again: it must not turn into a skip.
    """

    def __init__(self) -> None:
        self._value: T | None = None
        self._failed_in = ""
        self._error: GoCacheError | None = None

    def get(self, check: str, make: Callable[[], T]) -> T:
        """The value, made now if this is the first call. Raises the `GoCacheError` that ``make`` raises."""
        if self._error is not None and self._failed_in == check:
            raise self._error.with_traceback(None)
        if self._failed_in:
            pytest.skip(f"cannot be checked: see the failure of {self._failed_in}")
        if self._value is None:
            try:
                self._value = make()
            except GoCacheError as error:
                self._failed_in, self._error = check, error
                raise error.with_traceback(None) from None
        return self._value


class SharedRuns:
    """The copy, the base build and the base tests of one repository on one toolchain, kept in ``root``."""

    def __init__(self, session: GoSession, root: Path, copy: Callable[[], RepositoryCopy]) -> None:
        self._session = session
        self._root = root
        self._copy = copy
        self._copied: Once[RepositoryCopy] = Once()
        self._built: Once[BaseBuild] = Once()
        self._tested: Once[BaseTests | GoTimeoutError] = Once()
        self._checks: list[pytest.Function] = []

    def repository(self, check: pytest.Function) -> BuiltRepository:
        """The repository for one check. Its commands, and the shared ones, are listed in the report of the check.

        Raises `GoCacheError` in the first check when the repository cannot be copied or built. Later checks skip.
        """
        self._checks.append(check)

        def record(result: Result) -> None:
            record_result(check, result, self._root)

        copy = self._copied.get(check.name, self._copy)
        unrecorded = functools.partial(self._session.module, within=copy.within)
        modules: ModuleFactory = functools.partial(unrecorded, on_result=record)
        base = self._built.get(check.name, lambda: run_base_build(copy, modules, unrecorded))
        _list(check, base.first, base.again)

        def base_tests() -> BaseTests | GoTimeoutError:
            tests = self._tested.get(check.name, lambda: run_base_tests(copy, base, modules))
            if isinstance(tests, BaseTests):
                _list(check, tests.first, tests.second)
            return tests

        report = functools.partial(report_finding, check)
        steps = copy.steps(check.originalname, base.again)
        return BuiltRepository(copy, base, modules, steps, base_tests, report, self._session.say_once)

    @property
    def keeps_folder(self) -> bool:
        """Whether ``root`` stays after the session, because of an option or for a check that failed."""
        return any(keep_folder(check) for check in self._checks)


def _list(check: pytest.Function, *results: Result) -> None:
    """List commands that an earlier check ran in the report of this check too."""
    listed = commands_of(check).results
    known = {id(result) for result in listed}
    listed += [result for result in results if id(result) not in known]
