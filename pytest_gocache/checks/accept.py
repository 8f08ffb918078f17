"""Which findings of a ready-made check a repository's ``gocache.toml`` accepts."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Sequence
from fnmatch import fnmatchcase

from pytest_gocache.errors import UsageError
from pytest_gocache.gocache_toml import PREFIX, Accepted

__all__ = ["accepts_of", "refuse_unknown", "unaccepted", "unused"]


def refuse_unknown(accepted: Iterable[Accepted], checks: Collection[str], where: str) -> None:
    """Raise `UsageError` for an entry that names a check which does not exist; entries for other tests are fine."""
    for entry in accepted:
        name = entry.test.removeprefix(PREFIX)
        if name == entry.test:
            if name in checks:
                raise UsageError(f"{where}: accept of {name!r}: write test = {PREFIX + name!r}")
            continue
        if not any(fnmatchcase(check, name) for check in checks):
            near = difflib.get_close_matches(name, checks, n=1)
            hint = f"; did you mean {PREFIX + near[0]!r}?" if near else f"; there are {', '.join(checks)}"
            raise UsageError(f"{where}: accept of {entry.test!r}: there is no such check{hint}")


def accepts_of(accepted: Iterable[Accepted], check: str) -> list[Accepted]:
    """The entries that are for a check, by its name."""
    return [entry for entry in accepted if fnmatchcase(PREFIX + check, entry.test) and entry.test.startswith(PREFIX)]


def unaccepted(entries: Sequence[Accepted], subjects: Iterable[str]) -> list[str]:
    """The subjects of a finding (packages, binaries) that no entry accepts."""
    return [subject for subject in subjects if not any(fnmatchcase(subject, entry.change) for entry in entries)]


def unused(entries: Iterable[Accepted], subjects: Collection[str]) -> list[Accepted]:
    """The entries that accept something which was not found."""
    return [entry for entry in entries if not any(fnmatchcase(subject, entry.change) for subject in subjects)]
