"""How CI services keep caches: the rules of each cache action."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["CACHE_ACTIONS", "CacheAction", "FileTimes"]

_GITHUB_LIMIT = 10 * 1024**3
_RUN_ID = "end the key with ${{ github.run_id }}, and put the part before it into restore-keys"


class FileTimes(enum.Enum):
    """What a restored file has as its modification time."""

    KEPT = "the time that it was saved with"
    SECONDS = "the time that it was saved with, in whole seconds"
    NEW = "the time of the restore"


@dataclass(frozen=True, slots=True)
class CacheAction:
    """The rules of one way to keep a cache between jobs."""

    name: str
    default_key: str | None = None
    """The key when the workflow has none; None when it must have one."""
    prefixes: bool = True
    """Whether a key also matches the newest cache whose key begins with it."""
    restore_keys: bool = True
    """Whether more keys can be given."""
    replaces: bool = False
    """Whether a save replaces the cache with the same key. Otherwise the first save wins."""
    saves_failed_jobs: bool = False
    limit: int | None = None
    """The size of all caches in bytes. Above it, those that were unused for longest go."""
    unused_days: int | None = None
    """After so many days without a use, a cache goes."""
    kept_days: int | None = None
    """So many days after its save, a cache goes."""
    times: FileTimes = FileTimes.KEPT
    remedy: str = ""
    """What to do about a key that is saved only once."""


# Sources: actions/toolkit (packages/cache, tar --posix), actions/setup-go 7 (cache-restore.ts, cache-save.ts), the
# documentation of GitHub and CircleCI, gitlab-runner (helpers/archives/zip_extra.go).
CACHE_ACTIONS: Mapping[str, CacheAction] = {
    action.name: action
    for action in (
        CacheAction("actions/cache", limit=_GITHUB_LIMIT, unused_days=7, remedy=_RUN_ID),
        CacheAction(
            "setup-go",
            default_key="setup-go-${{ runner.os }}-${{ runner.arch }}-go-${{ steps.go.outputs.go-version }}-"
            "${{ hashFiles('go.mod') }}",
            restore_keys=False,
            limit=_GITHUB_LIMIT,
            unused_days=7,
            remedy=f"setup-go has no restore-keys: give it `cache: false`, and use actions/cache; {_RUN_ID}",
        ),
        CacheAction("gitlab", default_key="default", prefixes=False, replaces=True, times=FileTimes.SECONDS),
        CacheAction(
            "circleci", kept_days=15, remedy="end the key with {{ .Revision }}, and add the part before it to keys"
        ),
        CacheAction(
            "buildkit",
            default_key="/root/.cache/go-build",
            prefixes=False,
            restore_keys=False,
            replaces=True,
            saves_failed_jobs=True,
        ),
        CacheAction(
            "cp -r", default_key="cache", prefixes=False, restore_keys=False, replaces=True, times=FileTimes.NEW
        ),
    )
}
"""The actions by name. ``buildkit`` is a cache mount, and ``cp -r`` a script that copies without times."""
