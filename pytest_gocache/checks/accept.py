"""Which findings of the ready-made checks the ``gocache.toml`` of a repository accepts."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Sequence
from fnmatch import fnmatchcase

from pytest_gocache.errors import UsageError
from pytest_gocache.gocache_toml import PREFIX, Accepted

__all__ = ["accepts_of", "refuse_unknown", "unaccepted", "unused"]


def refuse_unknown(accepted: Iterable[Accepted], checks: Collection[str], where: str) -> None:
    """Raise `UsageError` for an entry that names an unknown check. ``where`` is the file; other tests are ignored."""
    for entry in accepted:
        name = entry.test.removeprefix(PREFIX)
        if name == entry.test:
            if name in checks:
                raise UsageError(f"{where}: accept of {name!r}: write test = {PREFIX + name!r}")
            continue
        if not any(fnmatchcase(check, name) for check in checks):
            near = difflib.get_close_matches(name, checks, n=1)
            hint = f"; did you mean {PREFIX + near[0]!r}?" if near else f"; the checks are {', '.join(checks)}"
            raise UsageError(f"{where}: accept of {entry.test!r}: no check has this name{hint}")


def accepts_of(accepted: Iterable[Accepted], check: str) -> list[Accepted]:
    """The entries for one check."""
    return [entry for entry in accepted if fnmatchcase(PREFIX + check, entry.test) and entry.test.startswith(PREFIX)]


def unaccepted(entries: Sequence[Accepted], subjects: Iterable[str]) -> list[str]:
    """The subjects of a finding, such as packages, that no entry accepts."""
    return [subject for subject in subjects if not any(fnmatchcase(subject, entry.change) for entry in entries)]


def unused(entries: Iterable[Accepted], subjects: Collection[str]) -> list[Accepted]:
    """The entries that accept none of the subjects."""
    return [entry for entry in entries if not any(fnmatchcase(subject, entry.change) for subject in subjects)]
