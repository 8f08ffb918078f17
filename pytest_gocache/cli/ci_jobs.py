"""The CI services that ``pytest-gocache init`` knows, and a job with the tests for each."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

__all__ = ["CiJob", "ci_job"]


@dataclass(frozen=True, slots=True)
class CiJob:
    """A job that runs the tests and keeps the store of warm caches."""

    host: str
    """The name of the CI service."""
    file: str
    """The file for it, relative to the top of the repository."""
    own_file: bool
    """Whether the job is a file of its own. Otherwise it is a part of `file`, which the team edits."""
    text: str


def ci_job(top: Path, tests: str) -> CiJob | None:
    """The job for the CI service whose files are in the folder ``top``; None when there are no such files.

    ``tests`` is the folder of the tests, relative to ``top``.
    """
    for host, sign, file, own_file, text in _HOSTS:
        if (top / sign).exists():
            return CiJob(host, file, own_file, text.replace("cache_tests", shlex.quote(tests)))
    return None


_GITHUB = """\
name: build cache
on:
  push:
    branches: [main]
  pull_request:
jobs:
  build-cache:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.13"
      - run: pip install 'pytest-gocache[go]'
      - id: wanted
        run: echo "key=$(pytest --gocache-store-key)" >> "$GITHUB_OUTPUT"
      - id: restored
        uses: actions/cache/restore@v4
        with:
          path: ~/.cache/pytest-gocache
          key: ${{ steps.wanted.outputs.key }}
          restore-keys: ${{ steps.wanted.outputs.key }}
      - run: pytest cache_tests -n auto
      - id: grown
        if: always()
        run: echo "key=$(pytest --gocache-store-key)" >> "$GITHUB_OUTPUT"
      - uses: actions/cache/save@v4
        if: always() && steps.grown.outputs.key != steps.restored.outputs.cache-matched-key
        with:
          path: ~/.cache/pytest-gocache
          key: ${{ steps.grown.outputs.key }}
"""
# GitLab caches only what is in the checkout.
_GITLAB = """\
build cache:
  image: python:3.13
  variables:
    XDG_CACHE_HOME: $CI_PROJECT_DIR/.cache
  cache:
    key: pytest-gocache
    when: always
    paths: [.cache/pytest-gocache]
  script:
    - pip install 'pytest-gocache[go]'
    - pytest cache_tests -n auto
"""
_CIRCLECI = """\
  build-cache:
    docker: [{image: "cimg/python:3.13"}]
    steps:
      - checkout
      - run: pip install 'pytest-gocache[go]'
      - restore_cache: {keys: [pytest-gocache-]}
      - run: pytest cache_tests -n auto
      - run: {command: pytest --gocache-store-key > /tmp/store-key, when: always}
      - save_cache:
          key: pytest-gocache-{{ checksum "/tmp/store-key" }}
          paths: [~/.cache/pytest-gocache]
          when: always
"""
# The store stays in the home folder of the agent.
_JENKINS = """\
stage('Build cache') {
    steps {
        sh '''
            python3 -m venv "$WORKSPACE_TMP/venv"
            "$WORKSPACE_TMP/venv/bin/pip" install --quiet 'pytest-gocache[go]'
            "$WORKSPACE_TMP/venv/bin/pytest" cache_tests -n auto
        '''
    }
}
"""
_HOSTS = (
    ("GitHub Actions", ".github/workflows", ".github/workflows/build-cache.yml", True, _GITHUB),
    ("GitLab", ".gitlab-ci.yml", ".gitlab-ci.yml", False, _GITLAB),
    ("CircleCI", ".circleci/config.yml", ".circleci/config.yml", False, _CIRCLECI),
    ("Jenkins", "Jenkinsfile", "Jenkinsfile", False, _JENKINS),
)
