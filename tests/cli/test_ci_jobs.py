"""The CI jobs that init writes or prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from pytest_gocache.cli.ci_jobs import ci_job
from pytest_gocache.plugin.options import store_folder

README = Path(__file__).parents[2] / "README.md"


def at(top: Path, file: str) -> Path:
    place = top / file
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("", encoding="ascii")
    return top


def test_without_files_of_a_ci_service_there_is_no_job(tmp_path: Path) -> None:
    assert ci_job(tmp_path, "cache_tests") is None


def test_github_gets_the_workflow_of_the_readme(tmp_path: Path) -> None:
    job = ci_job(at(tmp_path, ".github/workflows/ci.yml"), "cache_tests")
    assert job is not None
    assert (job.host, job.file, job.own_file) == ("GitHub Actions", ".github/workflows/build-cache.yml", True)
    assert f"```yaml\n{job.text}```\n" in README.read_text(encoding="utf-8")


def test_the_tests_of_a_module_below_the_top_are_named_with_their_folder(tmp_path: Path) -> None:
    job = ci_job(at(tmp_path, ".github/workflows/ci.yml"), "services/api/cache_tests")
    assert job is not None
    assert "- run: pytest services/api/cache_tests -n auto\n" in job.text


@pytest.mark.parametrize(
    ("file", "host"),
    [(".gitlab-ci.yml", "GitLab"), (".circleci/config.yml", "CircleCI"), ("Jenkinsfile", "Jenkins")],
)
def test_a_service_with_one_file_gets_a_part_of_it(tmp_path: Path, file: str, host: str) -> None:
    job = ci_job(at(tmp_path, file), "api/cache_tests")
    assert job is not None
    assert (job.host, job.file, job.own_file) == (host, file, False)
    assert len(re.findall("api/cache_tests", job.text)) == 1


def test_gitlab_keeps_the_store_which_must_be_in_the_checkout(
    tmp_path: Path, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = ci_job(at(tmp_path, ".gitlab-ci.yml"), "cache_tests")
    assert job is not None
    (settings,) = yaml.safe_load(job.text).values()
    home = settings["variables"]["XDG_CACHE_HOME"].replace("$CI_PROJECT_DIR", "/builds/shop")
    monkeypatch.setenv("XDG_CACHE_HOME", home)
    (kept,) = settings["cache"]["paths"]
    assert store_folder(pytester.parseconfig()) == Path("/builds/shop") / kept


def test_circleci_keeps_the_store_under_a_key_that_changes_with_its_content(
    tmp_path: Path, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = ci_job(at(tmp_path, ".circleci/config.yml"), "cache_tests")
    assert job is not None
    (settings,) = yaml.safe_load(job.text).values()
    steps = [step for step in settings["steps"] if isinstance(step, dict)]
    saved = next(step["save_cache"] for step in steps if "save_cache" in step)
    restored = next(step["restore_cache"] for step in steps if "restore_cache" in step)
    key = next(step["run"]["command"] for step in steps if isinstance(step.get("run"), dict))
    assert saved["key"].startswith(restored["keys"][0])
    assert key.startswith("pytest --gocache-store-key > ")
    assert key.split()[-1] in saved["key"]
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", "/home/circleci")
    (kept,) = saved["paths"]
    assert store_folder(pytester.parseconfig()) == Path(kept.replace("~", "/home/circleci"))


@pytest.mark.parametrize("file", [".github/workflows/ci.yml", ".gitlab-ci.yml"])
def test_a_folder_with_a_space_stays_one_word(tmp_path: Path, file: str) -> None:
    job = ci_job(at(tmp_path, file), "my module/cache_tests")
    assert job is not None
    assert "pytest 'my module/cache_tests' -n auto\n" in job.text
    yaml.safe_load(job.text)
