"""The key of a CI cache, with the expressions that workflows of GitHub Actions have in it."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

from pytest_gocache.errors import UsageError

__all__ = ["expanded"]

_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
_HASH_FILES = re.compile(r"hashFiles\(\s*('[^']*'(?:\s*,\s*'[^']*')*)\s*\)")
_GO_VERSION = re.compile(r"steps\.[\w-]+\.outputs\.go-version")
_FIRST_RUN = 1_000_000_000
_LONGEST_KEY = 512  # characters; longer keys and commas are errors in actions/cache


def expanded(text: str, checkout: Path, go_version: str, job: int) -> str:
    """The key ``text`` in the ``job``-th job on a checkout, with the values of its ``${{ … }}``.

    - ``hashFiles('go.sum', …)``: a hash of the files that match; empty when none does, as with GitHub
    - ``github.sha``: a hash of the checkout
    - ``github.run_id``, ``github.run_number``: different in each job
    - ``runner.os``, ``runner.arch``: ``Linux`` and ``X64``
    - ``steps.….outputs.go-version``: the version of the toolchain

    Raises `UsageError` for other expressions, and for a key that GitHub refuses.
    """

    def value(match: re.Match[str]) -> str:
        expression = match[1]
        if files := _HASH_FILES.fullmatch(expression):
            return _hash_of_files(checkout, re.findall(r"'([^']*)'", files[1]))
        if expression == "github.sha":
            return _hash_of_checkout(checkout)
        if _GO_VERSION.fullmatch(expression):
            return go_version
        known = {
            "github.run_id": str(_FIRST_RUN + job),
            "github.run_number": str(job),
            "runner.os": "Linux",
            "runner.arch": "X64",
        }
        if expression not in known:
            raise UsageError(
                f"the key {text!r} has ${{{{ {expression} }}}}; known are hashFiles('…'), github.sha, "
                f"{', '.join(known)} and steps.….outputs.go-version: write the value itself, or make the key a "
                "function of the module"
            )
        return known[expression]

    key = _EXPRESSION.sub(value, text)
    if not key or "," in key or len(key) > _LONGEST_KEY:
        raise UsageError(f"{key!r} is no key: a key has 1 to {_LONGEST_KEY} characters and no comma")
    return key


def _hash_of_files(checkout: Path, patterns: list[str]) -> str:
    found: dict[Path, None] = {}
    for pattern in patterns:
        if pattern.startswith(("!", "/")) or ".." in Path(pattern).parts:
            raise UsageError(f"hashFiles('{pattern}'): expected a pattern of files in the checkout, like '**/go.sum'")
        found |= dict.fromkeys(sorted(file for file in checkout.glob(pattern) if file.is_file()))
    if not found:
        return ""
    return hashlib.sha256(b"".join(hashlib.sha256(file.read_bytes()).digest() for file in found)).hexdigest()


def _hash_of_checkout(checkout: Path) -> str:
    """40 hexadecimal digits: of the commit, if it is detached, and of all files. A changed file is a new commit."""
    digest = hashlib.sha1(usedforsecurity=False)
    for file in _files(checkout):
        digest.update(os.fsencode(file.relative_to(checkout)) + b"\0")
        digest.update(os.fsencode(file.readlink()) if file.is_symlink() else file.read_bytes())
    return digest.hexdigest()


def _files(checkout: Path) -> Iterator[Path]:
    head = checkout / ".git" / "HEAD"
    if head.is_file():
        yield head
    for parent, folders, files in os.walk(checkout):
        folders[:] = sorted(name for name in folders if name != ".git")
        yield from (Path(parent) / name for name in sorted(files))
