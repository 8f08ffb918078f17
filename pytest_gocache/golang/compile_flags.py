"""Reads the flags of a compile as the Go compiler does: of two values of one flag, the last counts."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

__all__ = ["FIXED_BY_GO", "SET_BY_GO", "CompileFlags", "compile_settings", "has_setting", "split_flags"]

# Source: `go tool compile -h` and cmd/compile/internal/base/flag.go of Go 1.21 to 1.27. A flag that none of these knows
# takes the next word as its value, unless that is a flag.
_COUNTS = frozenset({*"%BCEKLNSWehjlmruw", "live"})
_SWITCHES = frozenset(
    """
    + V asan clobberdead clobberdeadreg complete dwarf dwarfbasentries dwarflocationlists dynlink errorurl linkshared
    msan nolocalimports pack race shared smallframes std t v wb
    """.split()  # noqa: SIM905 - a list of words
)
_TAKES_VALUE = frozenset(
    """
    D I asmhdr bench blockprofile buildid c coveragecfg cpuprofile d embedcfg env gendwarfinl goversion importcfg
    installsuffix json lang linkobj memprofile memprofilerate mutexprofile o p pgoprofile spectre symabis traceprofile
    trimpath
    """.split()  # noqa: SIM905 - a list of words
)
_ON = frozenset({"", "1", "t", "T", "TRUE", "true", "True"})
_OFF = frozenset({"0", "f", "F", "FALSE", "false", "False"})
_DEFAULTS = {**dict.fromkeys(_COUNTS | _SWITCHES, "0"), "dwarflocationlists": "1", "wb": "1"}
_MOST_DIGITS = 18

SET_BY_GO = frozenset(
    """
    + buildid c complete coveragecfg dwarf goversion installsuffix lang o p pgoprofile std symabis
    """.split()  # noqa: SIM905 - a list of words
)
"""The flags that the go command itself gives to compiles, before those of ``-gcflags``, and that no cache key has."""
FIXED_BY_GO = frozenset({"D", "asmhdr", "embedcfg", "importcfg", "nolocalimports", "pack"})
"""The same, after those of ``-gcflags``: Go has the last word on them."""


@dataclass(frozen=True, slots=True)
class CompileFlags:
    """The flags in the key of a compile."""

    words: tuple[str, ...]
    """The flags in the order in which the compiler gets them: those that Go forces, then the user's."""
    trimmed: bool = False
    """Whether ``-trimpath``, the flag of the go command, is in the key. The compiler has a flag of the same name."""

    @property
    def settings(self) -> Mapping[str, str]:
        """What `compile_settings` reads in them, and ``trimpath`` for the flag of the go command."""
        return {**({"trimpath": "1"} if self.trimmed else {}), **compile_settings(self.words)}

    @property
    def text(self) -> str:
        """The flags for a person."""
        return shlex.join([*(["-trimpath"] if self.trimmed else []), *self.words]) or "(none)"

    @property
    def flag_files(self) -> tuple[str, ...]:
        """The files from which the compiler reads more flags (``@file``); their content is in no cache key."""
        return tuple(word[1:] for word in self.words if word.startswith("@"))


def compile_settings(words: Iterable[str]) -> dict[str, str]:
    """What flags set: flag → value, of each the last; ``1`` for a switch that is on, ``0`` for one that is off.

    The parts of lists have names of their own: ``-d=checkptr,nil=2`` sets ``d=checkptr`` to ``1`` and ``d=nil`` to
    ``2``. The compiler's ``-trimpath=/a`` sets ``trimpath=``.
    """
    settings: dict[str, str] = {}
    flags, _ = split_flags(words)
    for name, value in flags:
        if name in _COUNTS:
            settings[name] = _counted(settings.get(name, "0"), value or "true")
        elif name == "d":
            for part in filter(None, value.split(",")):
                key, chosen = (*re.split("[=:]", part, maxsplit=1), "1")[:2]
                settings[f"d={key}"] = _number(chosen)
        elif name == "I":
            settings[f"I={value}"] = "1"
        elif name == "env":
            settings[f"env={value.partition('=')[0]}"] = value.partition("=")[2]
        elif name in _TAKES_VALUE:
            settings["trimpath=" if name == "trimpath" else name] = value
        else:
            settings[name] = "1" if value in _ON else "0" if value in _OFF else value
    return settings


def split_flags(words: Iterable[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """The flags, each a name without dashes and a value, empty when it has none; and the words after the flags."""
    flags = []
    waiting = list(words)[::-1]
    while waiting and waiting[-1].startswith("-"):
        name, equals, value = waiting.pop()[1:].removeprefix("-").partition("=")
        if not equals and name not in _COUNTS | _SWITCHES and waiting:
            value = waiting.pop() if name in _TAKES_VALUE or not waiting[-1].startswith("-") else ""
        flags.append((name, value))
    return flags, waiting[::-1]


def _counted(level: str, value: str) -> str:
    if value == "true":  # each use of -m without a value asks for more
        return str(int(level) + 1) if re.fullmatch("-?[0-9]+", level) else "1"
    return "0" if value == "false" else _number(value)


def _number(value: str) -> str:
    return str(int(value)) if re.fullmatch(f"[-+]?[0-9]{{1,{_MOST_DIGITS}}}", value) else value


def has_setting(settings: Mapping[str, str], name: str, value: str) -> bool:
    """Whether these settings of a compile have this one; a switch that no flag turns on is off.

    Without a number, a switch with levels is on at any level: ``-m`` at ``-m=2``. Only of ``-l`` higher levels do
    something else than the first.
    """
    found = settings.get(name, None if name in SET_BY_GO | {"dwarfbasentries"} else _DEFAULTS.get(name))
    if value == "1" and name in _COUNTS - {"l"}:
        return found != "0"
    return found == value
