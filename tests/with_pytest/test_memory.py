"""What a test leaves in memory once it has ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.with_pytest.inner_runs import LIB, run_apart


def test_results_and_logs_are_freed_with_the_test(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makepyfile(
        f"""
        import gc
        import weakref

        logs = []

        def test_explained(go_module):
            {LIB}
            logs.append(weakref.ref(go_module.build("./...").circumstances.logs))
            go_module.append("lib/lib.go", "const More = 1\\n")
            assert go_module.build("./...").explain().reasons
            assert logs[0]() is not None

        def test_failing(go_module):
            {LIB}
            logs.append(weakref.ref(go_module.build("./...").circumstances.logs))
            assert not logs

        def test_after_them():
            gc.collect()
            assert [log() for log in logs] == [None, None]
        """
    )
    # Plugins that run failing tests again keep their tracebacks.
    others = ("-p", "no:flaky", "-p", "no:rerunfailures")
    run_apart(pytester, store, *others).assert_outcomes(passed=2, failed=1)
