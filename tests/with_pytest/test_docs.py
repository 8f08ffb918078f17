"""Every code block of the README and of docs/ is run, and what it shows is what happens."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from importlib.metadata import metadata
from pathlib import Path

import pytest

from pytest_gocache.checks import test_checks as checks
from pytest_gocache.checks.accept import refuse_unknown
from pytest_gocache.gocache_toml import read_config
from pytest_gocache.plugin.options import store_folder

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), ROOT / "CONTRIBUTING.md"]
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

CHECKS = [name for name in vars(checks) if name.startswith("test_")]

# The blocks that show a mistake: these tests of theirs fail, and the page's text block is what pytest prints then.
MISTAKES = {
    "test_builds_of_two_people_share_the_cache",
    "test_a_new_rate_changes_no_program",
    "test_a_time_stamp_only_relinks",
    "test_results_do_not_depend_on_the_shell",
    "test_next_job_without_gocache",
    "test_bare_gcflags_reach_the_catalog",
    "test_each_run_is_a_run",
    "test_results_are_kept_with_shuffle",
    "test_library_upgraded_in_place",
    "test_laptop_without_trimpath",
    "test_worker_without_trimpath",
    "test_built_is_the_same_for_everybody",
    "test_release_with_a_wildcard",
    "test_parallel_with_the_pipelines_goflags",
    "test_job_with_one_cache",
    "test_the_commit_is_compiled_in",
    "test_with_a",
    "test_paths_are_cut_by_hand",
    "test_touched",
    "test_make_build_is_cached",
    "test_an_edit_rebuilds_only_money",
    "test_the_second_run_is_cached",
    "test_a_second_checkout_is_cached",
    "test_the_edit_compiles_what_we_expect",
    "test_make_rebuilds_an_edited_package",
    "test_setup_go_keeps_up_with_the_code",
    "test_a_cache_volume_stays_small",
    "test_results_are_kept_from_job_to_job",
    "test_a_job_builds_what_it_checked_out",
    "test_a_new_rate_compiles_what_was_reviewed",
}


ON_EACH_VERSION = ("public-reports.md",)  # by tests/with_go/test_public_reports.py
RUN_WHOLE = ("ci-cold.md", "command-line.md")  # by tests/with_go/test_command_line_pages.py


def blocks(wanted: str) -> list[object]:
    return [
        pytest.param(page, code, id=f"{page.relative_to(ROOT)}-{number}")
        for page in PAGES
        for number, (language, code) in enumerate(_BLOCK.findall(page.read_text(encoding="utf-8")), 1)
        if language == wanted and (wanted != "python" or page.name not in ON_EACH_VERSION)
    ]


def run(pytester: pytest.Pytester, store: Path, code: str) -> pytest.RunResult:
    pytester.makepyfile(test_block=code)
    if "go_repo" in code:
        pytester.makeini(f"[pytest]\ngo_repo = {ROOT / 'example_project'}\n")
    return pytester.runpytest_subprocess("-p", "no:cacheprovider", f"--gocache-dir={store}", timeout=600)


@pytest.mark.parametrize(("page", "code"), blocks("python"))
def test_python_blocks_do_what_the_page_says(pytester: pytest.Pytester, store: Path, page: Path, code: str) -> None:
    tests = set(re.findall(r"^def (test_\w+)", code, re.MULTILINE))
    assert tests, f"a Python block of {page.name} has no test"

    result = run(pytester, store, code)

    mistakes = tests & MISTAKES
    result.assert_outcomes(passed=len(tests - mistakes), failed=len(mistakes))
    shown = [text for language, text in _BLOCK.findall(page.read_text(encoding="utf-8")) if language == "text"]
    shown = [text for text in shown if not text.startswith("CheckFailed")]
    if mistakes:
        assert shown
        assert all(text.rstrip("\n") in result.stdout.str() for text in shown)


@pytest.mark.parametrize(("page", "code"), blocks("txtar"))
def test_scripts_do_what_the_page_says(pytester: pytest.Pytester, store: Path, page: Path, code: str) -> None:
    fails = code.startswith("# This fails")
    (pytester.path / "test_block.txtar").write_text(code, encoding="utf-8")
    pytester.makeini(f"[pytest]\ngo_repo = {ROOT / 'example_project'}\n")
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", f"--gocache-dir={store}", timeout=600)
    result.assert_outcomes(passed=not fails, failed=fails)
    if fails:
        shown = [text for language, text in _BLOCK.findall(page.read_text(encoding="utf-8")) if language == "text"]
        assert any(text.rstrip("\n") in result.stdout.str() for text in shown)


def test_every_text_block_belongs_to_a_mistake() -> None:
    for page in PAGES:
        languages = [language for language, _ in _BLOCK.findall(page.read_text(encoding="utf-8"))]
        unknown = set(languages) - {"python", "sh", "text", "txtar", "yaml", "ini", "toml"}
        assert not unknown, f"{page.name} has a block that nothing runs"


def test_the_readme_shows_a_finding_of_the_page_of_the_checks() -> None:
    readme, page = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "docs/checks.md"))
    (finding, _) = (text for language, text in _BLOCK.findall(readme) if language == "text")
    assert finding.startswith("CheckFailed")
    assert finding in page


@pytest.mark.parametrize(("page", "code"), blocks("sh"))
def test_shell_blocks_name_what_there_is(page: Path, code: str) -> None:
    for line in code.splitlines():
        words = line.partition("#")[0].split()
        if not words:
            continue
        if words[0] == "make":
            # What a target does is not done here: this test may be a part of it.
            subprocess.run(["make", "-n", *words[1:]], cwd=ROOT, check=True, capture_output=True)
        elif page.name in RUN_WHOLE:
            continue
        elif "--go-repo" in words:
            assert words[:3] == ["pytest", "--pyargs", "pytest_gocache.checks"]
            assert (ROOT / words[4]).is_dir()
        elif words[0] == "pytest-gocache":
            shown = subprocess.run(
                [sys.executable, "-m", "pytest_gocache", words[1], "--help"], check=True, capture_output=True, text=True
            ).stdout
            assert {word for word in words[2:] if word.startswith("-")} <= set(re.findall(r"(?<!\w)-[-\w]+", shown))
        elif words[:2] == ["pip", "install"]:
            assert words[2] == "'pytest-gocache[go]'"
            assert "go" in metadata("pytest-gocache").get_all("Provides-Extra", [])
        else:
            assert words[0] in ("pytest", "cd", ".venv/bin/python"), f"{page.name}: nothing checks {line!r}"


@pytest.mark.parametrize(("page", "code"), blocks("yaml"))
def test_the_store_is_where_the_page_says(
    page: Path, code: str, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", "/home/runner")
    named = re.search(r"path: (\S+)", code)

    if "pytest-gocache/action@" in code:
        return  # tests/with_pytest/test_action.py
    assert named, page
    assert str(store_folder(pytester.parseconfig())) == named[1].replace("~", "/home/runner")


@pytest.mark.parametrize(("page", "code"), blocks("toml"))
def test_toml_blocks_are_understood(page: Path, code: str, tmp_path: Path) -> None:
    (tmp_path / "gocache.toml").write_text(code, encoding="utf-8")
    config = read_config(tmp_path)
    refuse_unknown(config.accepted, CHECKS, str(page))


def test_the_page_of_the_checks_shows_what_is_printed(pytester: pytest.Pytester, store: Path) -> None:
    page = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(test_\w+)`", page, re.MULTILINE)) == set(CHECKS)
    shop = Path(shutil.copytree(ROOT / "example_project", pytester.path / "shop"))
    makefile = (shop / "Makefile").read_text(encoding="utf-8")
    (shop / "Makefile").write_text(makefile.replace(" -trimpath", ""), encoding="utf-8")

    result = pytester.runpytest_subprocess(
        "--pyargs", "pytest_gocache.checks", f"--go-repo={shop}", f"--gocache-dir={store}", "-v", "-rsx", timeout=600
    )

    shown = next(text for language, text in _BLOCK.findall(page) if language == "text")
    lines = [re.escape(line).replace("…", ".*") for line in shown.splitlines() if line]
    result.stdout.re_match_lines(lines)
