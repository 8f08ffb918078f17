"""What a module proxy answers: the files that it serves, and what follows from them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

__all__ = ["Answer", "answer_to", "in_list"]

_SEMVER = re.compile(r"v(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(\+incompatible)?")
_PSEUDO = re.compile(r"v\d+\.(?:0\.0-|\d+\.\d+-(?:[^+]*\.)?0\.)\d{14}-([A-Za-z0-9]+)(?:\+.*)?")
_MAJOR = re.compile(r"/v(\d+)$|^gopkg\.in/.*\.v(\d+)$")
_HASH = re.compile(r"[0-9a-f]+")
_SPECIAL = re.compile(r"(?:(invalid)|([2-5]\d\d)|redirect/(\d+))/(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a request."""

    status: int
    content: bytes = b""
    location: str = ""
    """The path to which it redirects."""


def answer_to(root: Path, path: str) -> Answer:
    """The answer to the request of a ``path``. ``root`` has files in the layout of a GOPROXY.

    Beside the files, as in the proxy of Go's own tests: ``@latest``; a commit instead of a version; and for the paths
    ``404/…``, ``redirect/2/…`` and ``invalid/…`` that status, a redirect, and an answer that is none.
    """
    if special := _SPECIAL.match(path):
        return _special(special)
    content = _content(root, path)
    if content is None:
        version = _meant_version(root, path)
        content = _content(root, version) if version else None
    if content is None:
        return Answer(HTTPStatus.NOT_FOUND, b"404 page not found\n")  # Go's message has the path
    return Answer(HTTPStatus.OK, content)


def _special(match: re.Match[str]) -> Answer:
    invalid, status, redirects, rest = match.groups()
    if invalid:
        return Answer(HTTPStatus.OK, b"invalid")
    if status:
        return Answer(int(status))
    left = int(redirects) - 1
    return Answer(HTTPStatus.FOUND, location=f"/redirect/{left}/{rest}" if left > 0 else f"/{rest}")


def _content(root: Path, path: str) -> bytes | None:
    """The content of a served file; None for any other path."""
    try:
        file = (root / path).resolve()
        return file.read_bytes() if file.is_relative_to(root.resolve()) and file.is_file() else None
    except (OSError, ValueError):  # a name too long, or with a NUL
        return None


def _meant_version(root: Path, path: str) -> str:
    """The file that ``…/@latest``, or a path with a commit instead of a version, means; empty for none."""
    module, _, file = path.rpartition("/")
    if file == "@latest":
        chosen = _latest(_versions(root, f"{module}/@v"))
        return f"{module}/@v/{chosen}.info" if chosen else ""
    commit, _, extension = file.rpartition(".")
    if not module.endswith("/@v") or not _HASH.fullmatch(commit):
        return ""
    found = [version for version in _versions(root, module) if _is_commit(root, module, version, commit)]
    return f"{module}/{max(found, key=_order)}.{extension}" if found else ""


def _versions(root: Path, folder: str) -> list[str]:
    """The versions that a folder ``…/@v`` has."""
    if ".." in folder.split("/"):
        return []
    try:
        names = [file.stem for file in (root / folder).glob("*.info")]
    except (OSError, ValueError):
        return []
    return [name for name in names if _SEMVER.fullmatch(name)]


def _is_commit(root: Path, folder: str, version: str, commit: str) -> bool:
    pseudo = _PSEUDO.fullmatch(version)
    if pseudo:
        known = pseudo[1]
    else:
        try:
            known = json.loads(_content(root, f"{folder}/{version}.info") or b"{}").get("Short")
        except (ValueError, AttributeError):
            known = None
    # As in the proxy of Go's own tests, a "Short" that is empty is the beginning of every commit.
    return isinstance(known, str) and (known.startswith(commit) or commit.startswith(known))


def _latest(versions: Sequence[str]) -> str:
    """The latest release; without one, the latest pre-release; without one, the latest pseudo-version."""

    def rank(version: str) -> int:
        match = _SEMVER.fullmatch(version)
        return 0 if _PSEUDO.fullmatch(version) else 1 if match and match[4] else 2

    return max(versions, key=lambda version: (rank(version), _order(version)), default="")


def _order(version: str) -> tuple[tuple[int, int, int], tuple[tuple[int, int, str], ...]]:
    """The place of a version in the order of semantic versions."""
    match = _SEMVER.fullmatch(version)
    if match is None:
        return (-1, 0, 0), ()
    parts = (match[4] or "").split(".") if match[4] else []
    release = int(match[1]), int(match[2]), int(match[3])
    pre = tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)
    return release, pre or ((2, 0, ""),)


def in_list(module: str, version: str) -> bool:
    """Whether ``@v/list`` has a version: not pseudo-versions, and not those of a different major version."""
    match = _SEMVER.fullmatch(version)
    if match is None or _PSEUDO.fullmatch(version):
        return False
    path = _MAJOR.search(module)
    major = int(match[1])
    if path is None:
        return major < 2 or bool(match[5])  # noqa: PLR2004 - from v2 on, the path has the major version
    return int(path[1] or path[2]) == major
