"""The public ``assert_*`` functions on what a build was: flags that reached packages, what it considered, downloads."""

from __future__ import annotations

import os
import posixpath
import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pytest_gocache.action import Action
from pytest_gocache.assertions import fail
from pytest_gocache.caches import ModuleCache
from pytest_gocache.errors import PatternError, UsageError
from pytest_gocache.evidence import block_of
from pytest_gocache.explanation import rows
from pytest_gocache.goflags import GoArguments, flags_of, is_set
from pytest_gocache.inputs import compile_flags
from pytest_gocache.messages import counted
from pytest_gocache.patterns import Pattern, near_misses, short_name
from pytest_gocache.result import Result
from pytest_gocache.selection import compiles_of, matching

__all__ = [
    "assert_compiled_with",
    "assert_downloaded",
    "assert_no_downloads",
    "assert_not_compiled_with",
    "assert_not_in_build",
    "assert_parallel",
]

_MOST_ADVICE = 3
_MOST_NAMED = 3
_TWO = 2
_BY_FILES = "command-line-arguments"
# Flags of the go command that are compile flags at the same time.
_SWITCHES = frozenset({"asan", "msan", "race", "trimpath"})
# Flags of the go command and of the linker that no compiler has (`go tool compile -h` of Go 1.21 to 1.27).
_NOT_COMPILE = frozenset(
    """
    X a asmflags buildmode buildvcs compiler cover covermode coverpkg extldflags gccgoflags gcflags ldflags linkmode mod
    modfile overlay pgo s tags toolexec
    """.split()  # noqa: SIM905 - a list of words
)


# Flags.


def assert_compiled_with(result: Result, flag: str, *patterns: str) -> None:
    """The compile flag reached every package that matches, cached ones included; without a pattern: every package.

    ``flag`` is one flag with its value (``-N``, ``-d=checkptr``) or several (``"-N -l"``). ``-trimpath`` counts, too,
    though it is a flag of the build. Raises `PatternError` for a pattern that matches no package of the command, and
    `UsageError` for what is no compile flag, and for a package whose flags Go never came to decide on.
    """
    wanted = _flags_in(flag)
    without, unknown = [], []
    for action, has in _compiles_with_flags(result, patterns):
        if has is None:
            unknown.append(action)
        elif not wanted <= set(_grouped(has)):
            without.append((action, has))
    if without:
        fail(
            f"assert_compiled_with: {counted(without, 'package', 'packages')} without {flag} in {result.title}",
            _rows_of_flags(result, without),
            *_why_without(result, flag, wanted, [action for action, _ in without]),
        )
    _refuse_unknown(result, unknown)


def assert_not_compiled_with(result: Result, flag: str, *patterns: str) -> None:
    """The compile flag reached no package that matches, cached ones included; without a pattern: none at all.

    Of several flags (``"-N -l"``) no package may have all of them. Raises as `assert_compiled_with` does.
    """
    wanted = _flags_in(flag)
    having, unknown = [], []
    for action, has in _compiles_with_flags(result, patterns):
        if has is None:
            unknown.append(action)
        elif wanted <= set(_grouped(has)):
            having.append((action, has))
    if having:
        sources = (_sources_of(result, wanted, action) for action, _ in having)
        given = ", ".join(dict.fromkeys(text for texts in sources for text in texts))
        fail(
            f"assert_not_compiled_with: {counted(having, 'package', 'packages')} with {flag} in {result.title}",
            _rows_of_flags(result, having),
            given and f"given by {given}",
        )
    _refuse_unknown(result, unknown)


class _Flag(NamedTuple):
    """A compile flag with its value, however it is written: ``-d checkptr`` is ``-d=checkptr``, ``-N=true`` is ``-N``."""

    name: str
    value: str


def _grouped(words: Iterable[str]) -> list[_Flag]:
    flags: list[_Flag] = []
    for word in words:
        if word.startswith("-"):
            name, _, value = word.lstrip("-").partition("=")
            flags.append(_Flag(name, "" if value in ("1", "true") else value))
        elif flags:
            flags[-1] = _Flag(flags[-1].name, word)
    # -d takes a list of settings.
    return [_Flag(name, one) for name, value in flags for one in (value.split(",") if name == "d" else [value])]


def _flags_in(text: str) -> set[_Flag]:
    try:
        words = shlex.split(text)
    except ValueError:
        raise UsageError(f"compile flags {text!r}: a quotation mark is left open") from None
    if not words:
        raise UsageError("a compile flag is empty: name one, like -N")
    if not words[0].startswith("-"):
        raise UsageError(f"{text!r} is no compile flag: one begins with a dash and stands before the patterns")
    found = _grouped(words)
    for flag in found:
        if flag.name in _NOT_COMPILE:
            passed = _PerPackage.read(flag.value, "").flags if flag.name == "gcflags" else ()
            hint = f": name what it passes on, {shlex.join(passed)}" if passed else ""
            raise UsageError(f"{text!r}: -{flag.name} is no flag of the compiler, no package could have it{hint}")
    return set(found)


def _compiles_with_flags(result: Result, patterns: Sequence[str]) -> Iterator[tuple[Action, list[str] | None]]:
    """The compiles that match, each with its flags; None for a compile that never got a cache key."""
    for text in patterns:
        if text.startswith("-"):
            raise UsageError(f"{text!r} is no package pattern: several flags are one text, like '-N -l'")
    compiles = compiles_of(result)
    for action in matching(result, compiles, patterns) if patterns else compiles:
        block = block_of(result, action)
        if block is not None:
            yield action, compile_flags(block)
        elif action.action_id:
            raise UsageError(f"{result.title}: the compile flags of {action.package} are not known: Go's log is gone")
        else:
            yield action, None


def _refuse_unknown(result: Result, unknown: Sequence[Action]) -> None:
    if unknown:
        names = ", ".join(action.package for action in unknown[:_MOST_NAMED])
        more = f" and {len(unknown) - _MOST_NAMED} more" if len(unknown) > _MOST_NAMED else ""
        failed = ", ".join(sorted(result.failed)[:_MOST_NAMED])
        raise UsageError(
            f"{result.title}: the compile flags of {names}{more} are not known: Go never came to "
            f"{'it' if len(unknown) == 1 else 'them'}" + (f", since {failed} failed to compile" if failed else "")
        )


def _rows_of_flags(result: Result, listed: Sequence[tuple[Action, Sequence[str]]]) -> str:
    own_first = sorted(listed, key=lambda pair: pair[0].package in result.std)
    return rows((action.package, [f"compile flags: {shlex.join(has) or '(none)'}"]) for action, has in own_first)


@dataclass(frozen=True, slots=True)
class _PerPackage:
    """A ``-gcflags``, read as Go reads it: of those that match a package, only the last counts."""

    text: str
    """As a shell would take it, and where it was given."""
    pattern: str
    """Empty for a bare one, which is for the packages that are named."""
    flags: tuple[str, ...]

    @classmethod
    def read(cls, value: str, where: str) -> _PerPackage:
        pattern, equals, rest = "", "", value.strip()
        if rest and not rest.startswith("-"):
            pattern, equals, rest = rest.partition("=")
        try:
            flags = shlex.split(rest)
        except ValueError:  # go has complained of it
            flags = []
        return cls(f"{shlex.quote(f'-gcflags={value}')}{where}", pattern.strip() if equals else "", tuple(flags))

    def reaches(self, named: _Named, action: Action) -> bool:
        if not self.pattern:
            return named.by(action) is not None
        pattern = named.parse(self.pattern)
        return pattern is not None and pattern.matches(action.import_path, action.package)


def _given(result: Result) -> list[tuple[str, str, str]]:
    """Flags of the go command, in Go's order, each with its name, its value and where it was given."""
    goflags = result.circumstances.env.get("GOFLAGS", "") if result.circumstances else ""
    arguments = GoArguments.read(result.command[1:])
    return [
        *((name, value, " in GOFLAGS") for name, value in flags_of(goflags)),
        *((name, value, "") for name, value in arguments.flags),
    ]


def _gcflags(result: Result) -> list[_PerPackage]:
    return [_PerPackage.read(value, where) for name, value, where in _given(result) if name == "gcflags"]


def _sources_of(result: Result, wanted: set[_Flag], action: Action) -> Iterator[str]:
    """What on the command line or in GOFLAGS gave a package these flags."""
    named = _Named(result)
    reaching = [given for given in _gcflags(result) if given.reaches(named, action)]
    if reaching and not wanted.isdisjoint(_grouped(reaching[-1].flags)):
        yield reaching[-1].text
    switches = {flag.name for flag in wanted} & _SWITCHES
    for name, where in dict((name, where) for name, value, where in _given(result) if is_set(value)).items():
        if name in switches:
            yield f"-{name}{where}"


def _why_without(result: Result, flag: str, wanted: set[_Flag], actions: Sequence[Action]) -> list[str]:
    """Why packages do not have flags, and what to do."""
    switch = next((wish.name for wish in wanted if wish.name in _SWITCHES), None)
    if switch:
        return [f"-{switch} is a flag of the go command: given there it reaches every package"]
    named = _Named(result)
    all_given = _gcflags(result)
    giving = [given for given in all_given if not wanted.isdisjoint(_grouped(given.flags))]
    if not giving:
        return [f"no -gcflags gives {flag}: {shlex.quote(f'-gcflags=all={flag}')} would give it to every package"]
    lines: dict[str, None] = {}
    for action in actions:
        reaching = [given for given in all_given if given.reaches(named, action)]
        beaten = next((given for given in reversed(reaching) if given in giving), None)
        last = giving[-1]
        if beaten and beaten != reaching[-1]:
            line = f"{reaching[-1].text} takes the place of {beaten.text}: the last one that matches a package counts"
        elif beaten:
            line = f"{beaten.text} gives only a part of {flag}"
        elif last.pattern:
            line = f"{last.text} reaches only packages that match {last.pattern}: -gcflags=all=… reaches every one"
        else:
            line = "a bare -gcflags reaches only the packages that are named: -gcflags=all=… reaches what they import"
        lines[line] = None
    return list(lines)[:_MOST_ADVICE]


# What a command considered.


class _Named:
    """The packages that a command names, and with which of its words."""

    def __init__(self, result: Result) -> None:
        self._result = result
        self._arguments = GoArguments.read(result.command[1:])
        # What follows the program of `go run` is for the program.
        files = [word for word in self._arguments.packages if word.endswith(".go")]
        words = self._arguments.packages[:1] if self._arguments.verb == "run" else self._arguments.packages
        self.words: Sequence[str] = files or words or ["."]
        self._patterns = [(word, self.parse(word.partition("@")[0])) for word in self.words]

    def parse(self, text: str) -> Pattern | None:
        """A pattern as the command reads it: relative to its ``-C``; None for one that is not of this module."""
        chdir = self._arguments.chdir or "."
        if text.startswith(".") and chdir != ".":
            text = f"./{posixpath.normpath(posixpath.join(chdir, text))}"
        try:
            return Pattern.parse(text, self._result.modules, self._result.std)
        except PatternError:
            return None

    def by(self, action: Action) -> str | None:
        """The word that names the package of a compile; None for one that is only imported."""
        if action.import_path == _BY_FILES:
            return " ".join(self.words)
        return next((word for word, pattern in self._patterns if pattern and pattern.matches(action.import_path)), None)


def assert_not_in_build(result: Result, *patterns: str) -> None:
    """The command never considered a package that matches: it was neither named nor imported.

    Raises `PatternError` without a pattern, and for one that matches no package that there is: none of an earlier
    command of the test, none in a folder of the module, of the standard library, or of a module that is required.
    """
    if not patterns:
        raise PatternError("assert_not_in_build needs a package pattern: without one it would say nothing")
    compiles = compiles_of(result)
    found: dict[int, Action] = {}
    for text in patterns:
        pattern = Pattern.parse(text, result.modules, result.std)
        here = [a for a in compiles if pattern.matches(a.import_path, a.package) or a.package == text]
        found |= {action.id: action for action in here}
        if not here:
            _require_known(result, text)
    if found:
        fail(
            f"assert_not_in_build: {counted(list(found), 'package is', 'packages are')} part of {result.title}",
            *_why_in_build(result, [action for action in compiles if action.id in found]),
        )


def _require_known(result: Result, text: str) -> None:
    """Raise for a pattern that means no package: a misspelled one would never be in a build."""
    plain = text.partition(" [")[0].removesuffix(".test")
    pattern = Pattern.parse(plain, result.modules, result.std)
    if plain in ("std", "cmd") or any(pattern.matches(name) for name in _known_packages(result)):
        return
    near = near_misses(text, [name for name in _known_packages(result) if "." in name or "." not in plain])
    raise PatternError(
        f"package pattern {text!r} matches no package that there is: none in the module's folders, in the standard "
        "library, in a module that go.mod requires, and none of an earlier command"
        + (f"; near it: {', '.join(near)}" if near else "")
    )


_REQUIRED = re.compile(r"^[ \t]*(?:require[ \t]+)?\"?([\w.~/-]+)\"?[ \t]+v\d", re.MULTILINE)


def _known_packages(result: Result) -> Iterator[str]:
    """The packages that there are, as far as can be seen; of a required module that is not here, its path."""
    yield from {action.import_path for then in result.earlier() for action in then.compiles()}
    for folder, module in result.modules.items():
        root = result.cwd / folder
        yield from _packages_below(root, module)
        yield from _REQUIRED.findall((root / "go.mod").read_text("utf-8") if (root / "go.mod").is_file() else "")
    env = result.circumstances.env if result.circumstances else {}
    goroot = Path(env.get("PATH", "").partition(os.pathsep)[0]).parent  # its bin leads every PATH of ours
    if (goroot / "src" / "runtime").is_dir():
        yield from _packages_below(goroot / "src", "")
    for entry in ModuleCache(Path(env.get("GOMODCACHE", os.devnull))).entries():
        yield from _packages_below(Path(env["GOMODCACHE"]) / entry, _unescaped(entry.partition("@")[0]))


def _packages_below(root: Path, module: str) -> Iterator[str]:
    for parent, folders, files in os.walk(root):
        folders[:] = [
            name
            for name in folders
            if name != "testdata" and not name.startswith((".", "_")) and not Path(parent, name, "go.mod").is_file()
        ]
        if any(name.endswith(".go") for name in files):
            path = Path(parent).relative_to(root).as_posix()
            if module and path.startswith("vendor/"):
                yield path.removeprefix("vendor/")
            else:
                yield posixpath.normpath(f"{module}/{path}").removeprefix("/")


def _why_in_build(result: Result, found: Sequence[Action]) -> list[str]:
    """How each package comes into the build: the word that names it, or the imports from a named one down to it."""
    named = _Named(result)
    by_id = {action.id: action for action in result.compiles()}
    below = {dep for action in by_id.values() for dep in action.deps}
    importers = {action.id: action for action in by_id.values() if named.by(action)} or {
        action.id: action for action in by_id.values() if action.id not in below
    }
    # Breadth first: the shortest of all chains is the one that says most.
    above: dict[int, int | None] = dict.fromkeys(importers)
    waiting = list(importers)
    for number in waiting:
        new = [dep for dep in by_id[number].deps if dep in by_id and dep not in above]
        above.update(dict.fromkeys(new, number))
        waiting += new
    said, words = [], []
    for action in found:
        chain = [action.id]
        while (importer := above.get(chain[0])) is not None:
            chain.insert(0, importer)
        word = named.by(by_id[chain[0]]) or " ".join(named.words)
        names = [short_name(by_id[number].package, result.modules) for number in chain]
        if len(chain) > 1:
            said.append((action.package, [f"imported: {' ← '.join(names)} (named by {word})"]))
            continue
        words.append(word)
        also = [a for a in by_id.values() if action.id in a.deps and a.import_path != action.import_path]
        imported = f", and imported by {short_name(also[0].package, result.modules)}" if also else ""
        said.append((action.package, [f"named by {word}{imported}"]))
    return [rows(said), _advice_on_wildcards(result, words, {action.import_path for action in found})]


def _advice_on_wildcards(result: Result, words: Sequence[str], unwanted: set[str]) -> str:
    wildcard = next((word for word in words if "..." in word), None)
    if wildcard is None:
        return ""
    mains = [link.package for link in result.links() if not link.scaffold and link.import_path not in unwanted]
    wanted = f", like {' '.join(mains[:_MOST_NAMED])}" if mains else ""
    return f"{wildcard} names every package that it matches: name only those that are wanted{wanted}"
