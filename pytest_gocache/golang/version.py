"""Go versions, and specifiers that select them."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from packaging.specifiers import SpecifierSet

from pytest_gocache.errors import UsageError, called

__all__ = ["GoVersion", "check_specifier"]

_VERSION = re.compile(
    r"(?P<devel>devel )?(?:go)?(?P<major>[0-9]{1,9})\.(?P<minor>[0-9]{1,9})(?:\.(?P<patch>[0-9]{1,9}))?"
    r"(?:(?P<stage>alpha|beta|rc)(?P<number>[0-9]{1,9}))?(?P<suffix>[-+ ].*)?"
)
_STAGES = {"devel": 0, "alpha": 1, "beta": 2, "rc": 3, "": 4}


@functools.total_ordering
@dataclass(frozen=True, slots=True, eq=False)
class GoVersion:
    """A Go version, ordered: ``devel go1.28-abc < go1.28rc1 < go1.28.0 < go1.28.1``.

    ``str()`` gives the text that Go printed.
    """

    text: str
    release: tuple[int, int, int]
    stage: tuple[int, int]

    @classmethod
    def parse(cls, text: str) -> GoVersion:
        """Read ``go1.27.3``, ``1.27.3``, ``go1.28rc1`` or ``devel go1.28-abcdef``; `UsageError` for other text."""
        match = _VERSION.fullmatch(text.strip())
        if match is None:
            raise UsageError(
                f"GoVersion.parse: {text!r} is not a Go version (like go1.27.3, go1.28rc1 or devel go1.28-abcdef)"
            )
        release = (int(match["major"]), int(match["minor"]), int(match["patch"] or 0))
        # Go 1.24 and older print `devel go1.24-abcdef`, newer ones `go1.28-devel_abcdef`.
        devel = match["devel"] or (match["suffix"] or "").startswith("-devel")
        kind = "devel" if devel else match["stage"] or ""
        return cls(text.strip(), release, (_STAGES[kind], int(match["number"] or 0)))

    @property
    def language(self) -> str:
        """The language version, ``1.27``: the ``go`` line that this toolchain writes into go.mod."""
        return f"{self.release[0]}.{self.release[1]}"

    @property
    def number(self) -> str:
        """The version without ``go``: ``1.27.3``, ``1.28rc1``."""
        return self.text.removeprefix("devel ").removeprefix("go").split(" ")[0]

    def satisfies(self, specifier: str) -> bool:
        """Whether the version meets a specifier such as ``">=1.25,<1.27"``.

        A release candidate or a development version counts as its release: it has the features of that release.
        Raises `UsageError` for a specifier that does not parse.
        """
        with called("GoVersion.satisfies"):
            return check_specifier(specifier).contains(".".join(map(str, self.release)))

    def _key(self) -> tuple[tuple[int, int, int], tuple[int, int]]:
        return self.release, self.stage

    def __lt__(self, other: object) -> bool:
        return self._key() < other._key() if isinstance(other, GoVersion) else NotImplemented

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if isinstance(other, GoVersion) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key())

    def __str__(self) -> str:
        return self.text


def check_specifier(specifier: str) -> SpecifierSet:
    """Read a version specifier like ``">=1.25"``; `UsageError` for one that does not parse."""
    try:
        return SpecifierSet(specifier)
    except ValueError as error:  # InvalidSpecifier, and a number with thousands of digits
        raise UsageError(f"{specifier!r} is not a version specifier (like '>=1.25' or '>=1.24,<1.27')") from error
