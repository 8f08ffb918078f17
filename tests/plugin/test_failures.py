"""Failing tests as Markdown and as annotations."""

from __future__ import annotations

from inline_snapshot import snapshot

from pytest_gocache.plugin.failures import failures_as_commands, failures_as_markdown
from pytest_gocache.plugin.gate.compare import TestRun

FACTS = {"pytest-gocache": "1.0", "repository": {"commit": "abc", "dirty": True}}
TOOLCHAIN = {"toolchain": "default", "go": "go1.27.3", "goos": "linux", "goarch": "amd64", "cpus": 2, "env": {}}
FAILED = TestRun("failed", "one", "one\ntwo", "tests/test_a.py", 7)


def test_the_summary_has_counts_facts_and_each_failure() -> None:
    runs = {"test_a[x|y]": {"default": FAILED}, "test_b": {"now": TestRun("passed"), "next": FAILED}}
    assert failures_as_markdown(FACTS, [TOOLCHAIN, {**TOOLCHAIN, "toolchain": "next"}], runs) == snapshot("""\
### Go build-cache tests: 2 of 3 failed

go1.27.3 linux/amd64, 2 CPUs; pytest-gocache 1.0; commit abc (dirty)

**test_a[x\\|y]** (tests/test_a.py:7)

```text
one
two
```

**test_b on next** (tests/test_a.py:7)

```text
one
two
```

""")


def test_a_failure_on_a_different_host_names_it() -> None:
    failed = TestRun("failed", "one", "one", "tests/test_a.py", 7, host="build2")
    text = failures_as_markdown(FACTS, [TOOLCHAIN, {**TOOLCHAIN, "host": "build2"}], {"test_a": {"default": failed}})
    assert "go1.27.3 linux/amd64, 2 CPUs; go1.27.3 linux/amd64, 2 CPUs on build2; pytest-gocache" in text
    assert "**test_a** (tests/test_a.py:7) on build2\n" in text


def test_a_run_without_failures_has_no_list() -> None:
    facts = {**FACTS, "repository": None}
    assert failures_as_markdown(facts, [], {"test_a": {"default": TestRun("skipped")}}) == snapshot("""\
### Go build-cache tests: none of 1 failed

pytest-gocache 1.0

""")


def test_a_long_list_is_cut() -> None:
    runs = {f"test_{number:03}": {"default": FAILED} for number in range(53)}
    text = failures_as_markdown(FACTS, [], runs)
    assert text.count("```text") == 50
    assert text.endswith("and 3 more\n\n")


def test_an_annotation_stands_at_the_line_that_failed() -> None:
    runs = {"test_a": {"default": FAILED}, "test_b": {"now": TestRun("xfailed"), "next": FAILED}}
    assert failures_as_commands(runs) == snapshot(
        [
            "::error file=tests/test_a.py,line=7,title=test_a failed::one%0Atwo",
            "::error file=tests/test_a.py,line=7,title=test_b on next failed::one%0Atwo",
        ]
    )
