"""The header line; and what runs that have nothing to do with Go must not do."""

from __future__ import annotations

from pathlib import Path

import pytest

import pytest_gocache
from pytest_gocache.host.cpu import cpu_count
from pytest_gocache.host.find_go import platform_of
from tests.with_pytest.inner_runs import ONE_BUILD, embedded, run, run_apart, script


def test_the_header_names_the_toolchain_and_the_store_before_either_is_touched(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_plain(): pass")
    store = pytester.path / "store"
    result = run(pytester, store, f"--go-toolchain={embedded()}")
    result.stdout.fnmatch_lines([f"gocache *: *{embedded()}*, store {store}"])
    assert not store.exists()


def test_the_header_names_versions_platform_and_cpus_of_the_default_toolchain(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    pytester.makepyfile("def test_plain(): pass")
    result = run(pytester, pytester.path / "store")
    cpus = cpu_count()
    machine = "1 CPU" if cpus == 1 else f"{cpus} CPUs"
    version = (embedded() / "VERSION").read_text(encoding="utf-8").split("\n")[0]
    result.stdout.fnmatch_lines(
        [
            f"gocache {pytest_gocache.__version__}: {version} {platform_of(embedded())} ({embedded()}), {machine}, store {pytester.path / 'store'}"
        ]
    )


def test_the_header_names_every_toolchain_under_test(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_plain(): pass")
    result = run(pytester, pytester.path / "store", "--go-toolchain=1.25.5", "--go-toolchain=1.26.6")
    result.stdout.fnmatch_lines(["gocache *: 1.25.5 and 1.26.6, *, store *"])


def test_the_store_is_named_relative_to_the_ini_file_or_to_the_users_folder(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\ngocache_dir = caches/store\n")
    pytester.mkdir("below")
    pytester.makepyfile(**{"below/test_it": "def test_plain(): pass"})
    from_ini = pytester.runpytest_inprocess("below")
    from_ini.stdout.fnmatch_lines([f"gocache *: *, store {pytester.path / 'caches' / 'store'}"])
    from_option = pytester.runpytest_inprocess("--gocache-dir=elsewhere", "below")
    from_option.stdout.fnmatch_lines([f"gocache *: *, store {pytester.path / 'elsewhere'}"])


def test_the_store_is_in_the_users_cache_folder_unless_told_otherwise(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(pytester.path / "xdg"))
    pytester.makepyfile("def test_plain(): pass")
    result = pytester.runpytest_inprocess()
    result.stdout.fnmatch_lines([f"gocache *: *, store {pytester.path / 'xdg' / 'pytest-gocache'}"])
    assert not (pytester.path / "xdg").exists()


@pytest.mark.parametrize(
    "args",
    [
        ("--version",),
        ("--help",),
        ("--markers",),
        ("--fixtures",),
        ("--collect-only", "-q"),
        ("--setup-plan",),
        ("-k", "plain"),
        ("-k", "plain", "-n", "2"),
    ],
    ids=" ".join,
)
def test_no_folder_is_made_and_no_go_command_is_run_without_a_test_that_needs_go(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...]
) -> None:
    called = pytester.path / "called"
    script(pytester.path / "bin" / "go", f"#!/bin/sh\necho \"$@\" >> '{called}'\nexit 1\n")
    monkeypatch.setenv("PATH", str(pytester.path / "bin"), prepend=":")
    store = pytester.path / "store"
    pytester.makepyfile(f"def test_plain(): pass\n{ONE_BUILD}")
    result = run(pytester, store, *args)
    assert result.ret == pytest.ExitCode.OK
    assert not called.exists()
    assert not store.exists()
    assert "go commands" not in result.stdout.str()


def test_a_go_on_path_is_really_called_by_a_test_that_needs_it(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What makes the test above mean something.
    called = pytester.path / "called"
    script(pytester.path / "bin" / "go", f"#!/bin/sh\necho \"$@\" >> '{called}'\nexit 1\n")
    monkeypatch.setenv("PATH", str(pytester.path / "bin"), prepend=":")
    pytester.makepyfile(ONE_BUILD)
    run(pytester, pytester.path / "store").assert_outcomes(errors=1)
    assert called.read_text(encoding="utf-8").startswith("env -json")


def test_a_folder_of_a_go_test_is_made_below_pytests_own(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makepyfile("""
        def test_paths(gocache, gomodcache, go_module, tmp_path):
            for path in (gocache.path, gomodcache.path, go_module.path):
                assert path.is_relative_to(tmp_path.parent)
                assert not path.is_relative_to(tmp_path)
    """)
    run(pytester, store).assert_outcomes(passed=1)


def test_a_test_without_go_makes_no_session(pytester: pytest.Pytester, store: Path) -> None:
    """A session reads the settings, the user's home among them, which a test without Go may have changed."""
    pytester.makepyfile("""
        def test_that_imports_the_plugin():
            import pytest_gocache.plugin.session

        def test_after_it(pytestconfig):
            from pytest_gocache.plugin.session import _SESSION
            assert _SESSION not in pytestconfig.stash
    """)
    run_apart(pytester, store).assert_outcomes(passed=2)


def test_plugins_load_without_a_warning(pytester: pytest.Pytester, store: Path) -> None:
    pytester.makeini("[pytest]\nfilterwarnings = error")
    pytester.makepyfile("def test_it(): pass")
    run_apart(pytester, store).assert_outcomes(passed=1)
