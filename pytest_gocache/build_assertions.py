"""The public ``assert_*`` functions on what a build was: flags that reached packages, what it considered, downloads."""

from __future__ import annotations

import os
import posixpath
import re
import shlex
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from pytest_gocache.assertions import fail
from pytest_gocache.caches.module_cache import ModuleCache
from pytest_gocache.errors import PatternError, UsageError
from pytest_gocache.explain.history import block_of
from pytest_gocache.explain.key_inputs import compile_flags
from pytest_gocache.golang.action import Action, without_variant
from pytest_gocache.golang.command_line import compile_flag_set
from pytest_gocache.golang.modfile import unescaped
from pytest_gocache.golang.patterns import Pattern, near_misses, short_name
from pytest_gocache.host.environment import gomodcache_of
from pytest_gocache.results.given_flags import limit_of, naming, package_flags, switched_on, words_given
from pytest_gocache.results.result import Result
from pytest_gocache.results.select import below, compiles_of, matching
from pytest_gocache.results.tables import counted, rows

__all__ = [
    "assert_compiled_with",
    "assert_downloaded",
    "assert_no_downloads",
    "assert_not_compiled_with",
    "assert_not_in_build",
    "assert_parallel",
]

_MOST = 3  # names and lines of advice
_REQUIRED = re.compile(r"^[ \t]*(?:require[ \t]+)?\"?([^\s\"]+)\"?[ \t]+v\d", re.MULTILINE)
# Flags of the go command and of the linker that no compiler has (`go tool compile -h` of Go 1.21 to 1.27).
_NOT_OF_THE_COMPILER = frozenset("X asmflags buildmode cover gcflags ldflags linkmode mod pgo s tags".split())  # noqa: SIM905


def assert_compiled_with(result: Result, flag: str, *patterns: str) -> None:
    """The compile flag reached every package that matches, cached ones included; without a pattern: every package.

    ``flag`` is one flag with its value (``-N``, ``-d=checkptr``) or several (``"-N -l"``). ``-trimpath`` counts, too,
    though it is a flag of the build. Raises `PatternError` for a pattern that matches no package of the command, and
    `UsageError` for what is no compile flag and for a package that Go never came to.
    """
    wanted = _flags_in(flag)
    compiles = _compiles_with_flags(result, patterns)
    without = [(action, has) for action, has in compiles if not wanted <= compile_flag_set(has)]
    if without:
        fail(
            f"assert_compiled_with: {counted(without, 'package', 'packages')} without {flag} in {result.title}",
            rows((action.package, [f"compile flags: {shlex.join(has) or '(none)'}"]) for action, has in without),
            *_why_without(result, flag, without),
        )


def assert_not_compiled_with(result: Result, flag: str, *patterns: str) -> None:
    """The compile flag reached no package that matches, cached ones included; without a pattern: none at all.

    Of several flags (``"-N -l"``) no package may have all. Raises what `assert_compiled_with` raises.
    """
    wanted = _flags_in(flag)
    compiles = _compiles_with_flags(result, patterns)
    having = [(action, has) for action, has in compiles if wanted <= compile_flag_set(has)]
    if having:
        fail(
            f"assert_not_compiled_with: {counted(having, 'package', 'packages')} with {flag} in {result.title}",
            rows((action.package, [f"compile flags: {shlex.join(has)}"]) for action, has in having),
            _where_from(result, wanted, [action for action, _ in having]),
        )


def _flags_in(text: str) -> frozenset[tuple[str, str]]:
    """What an assertion asks for; a `UsageError` for what no package could have: the verdict would say nothing."""
    try:
        words = shlex.split(text)
    except ValueError:
        raise UsageError(f"compile flags {text!r}: a quotation mark is left open") from None
    if not words or not words[0].startswith("-"):
        raise UsageError(f"{text!r} is no compile flag: one begins with a dash and stands before the patterns")
    wanted = compile_flag_set(words)
    for name in sorted({name for name, _ in wanted} & _NOT_OF_THE_COMPILER):
        raise UsageError(f"{text!r} is no compile flag: the compiler has no -{name}")
    return wanted


def _compiles_with_flags(result: Result, patterns: Sequence[str]) -> list[tuple[Action, list[str]]]:
    """The compiles that match, those outside the standard library first, each with its flags."""
    compiles = compiles_of(result)
    found = []
    for action in matching(result, compiles, patterns) if patterns else compiles:
        block = block_of(result, action)
        if block is None:
            why = "Go's log is gone, or has not its key"
            if result.failed and not action.action_id:
                why = f"Go never came to it, since {', '.join(sorted(result.failed)[:_MOST])} failed to compile"
            raise UsageError(f"{result.title}: the compile flags of {action.package} are not known: {why}")
        found.append((action, compile_flags(block)))
    return sorted(found, key=lambda pair: pair[0].package in result.std)


def _where_from(result: Result, wanted: frozenset[tuple[str, str]], actions: Sequence[Action]) -> str:
    """What gave packages the flags that they have."""
    found = []
    for command, own in result.by_command(actions):
        found += [given for name, value in sorted(wanted) if not value and (given := switched_on(command, name))]
        gcflags = package_flags(command, "gcflags")
        for action in own:
            last = [given for given in gcflags if naming(command, given.patterns, action)][-1:]
            found += [given.text for given in last if given.flags & wanted]
    return f"given by {', '.join(dict.fromkeys(found))}" if found else ""


def _why_without(result: Result, flag: str, without: Sequence[tuple[Action, Sequence[str]]]) -> list[str]:
    """Why packages do not have the flags, and what to do."""
    lacking = {one for _, has in without for one in _flags_in(flag) - compile_flag_set(has)}
    for switch in sorted({"asan", "msan", "race", "trimpath"} & {name for name, value in lacking if not value}):
        return [f"-{switch} is a flag of the go command: given there, it reaches every package"]
    remedy = f"{shlex.quote(f'-gcflags=all={flag}')} reaches every package"
    lines = {}
    for command, own in result.by_command(action for action, _ in without):
        gcflags = package_flags(command, "gcflags")
        giving = [given for given in gcflags if given.flags & lacking]
        if not giving:
            lines[f"no -gcflags gives {flag}: {remedy}"] = True
            continue
        for action in own:
            reaching = [given for given in gcflags if naming(command, given.patterns, action)]
            beaten = [given for given in reaching if given in giving]
            last, least = giving[-1], reaching[-1:]
            if beaten and beaten[-1:] != least:
                lines[f"{least[0].text} replaces {beaten[-1].text}: the last one that is for a package counts"] = True
            else:
                lines[f"{last.text} reaches only what {' '.join(last.patterns)} names: {remedy}"] = True
    return list(lines)[:_MOST]


def assert_not_in_build(result: Result, *patterns: str) -> None:
    """The command never considered a package that matches: it was neither named nor imported.

    Raises `PatternError` without a pattern, and for one that matches no package that there is: none of an earlier
    command of the test, none in the module's folders, in the standard library, or in a module that go.mod requires.
    """
    if not patterns:
        raise PatternError("assert_not_in_build needs a package pattern: without one it would say nothing")
    compiles = compiles_of(result)
    found: set[int] = set()
    for text in patterns:
        pattern = Pattern.parse(text, result.modules, result.std)
        here = {a.id for a in compiles if pattern.matches(a.import_path, a.package) or a.package == text}
        found |= here
        if not here:
            _require_known(result, text)
    if found:
        fail(
            f"assert_not_in_build: {counted(list(found), 'package is', 'packages are')} part of {result.title}",
            *(
                line
                for command, own in result.by_command(action for action in compiles if action.id in found)
                for line in _why_in_build(command, own)
            ),
        )


def _require_known(result: Result, text: str) -> None:
    """Raise for a pattern that means no package: a misspelled one would never be in a build."""
    plain = without_variant(text).removesuffix(".test")
    pattern = Pattern.parse(plain, result.modules, result.std)
    if plain in ("std", "cmd") or any(pattern.matches(name) for name in _known_packages(result)):
        return
    like = [name for name in _known_packages(result) if "." in name or "." not in plain]
    near = ", ".join(near_misses(text, like))
    raise PatternError(
        f"package pattern {text!r} matches no package that there is: none of the module, of the standard library, of a "
        f"module that go.mod requires, or of an earlier command{f'; near it: {near}' if near else ''}"
    )


def _known_packages(result: Result) -> Iterator[str]:
    """The packages that can be seen; of a required module that is not in the module cache, its path."""
    yield from {action.import_path for then in result.earlier() for action in then.compiles()}
    for folder, module in result.modules.items():
        root = result.cwd / folder
        yield from _packages_below(root, module)
        yield from _REQUIRED.findall((root / "go.mod").read_text("utf-8") if (root / "go.mod").is_file() else "")
    if result.circumstances is not None:
        yield from _packages_below(result.circumstances.goroot / "src", "")
        cache = ModuleCache(gomodcache_of(result.circumstances.env))
        for entry in cache.entries():
            yield from _packages_below(cache.path / entry, unescaped(entry.partition("@")[0]))


def _packages_below(root: Path, module: str) -> Iterator[str]:
    for parent, folders, files in os.walk(root):
        inner = [name for name in folders if name != "testdata" and not name.startswith((".", "_"))]
        folders[:] = [name for name in inner if not Path(parent, name, "go.mod").is_file()]
        if any(name.endswith(".go") for name in files):
            path = posixpath.normpath(posixpath.join(module, Path(parent).relative_to(root).as_posix()))
            yield re.sub("^.+/vendor/", "", path)


def _why_in_build(result: Result, found: Sequence[Action]) -> list[str]:
    """How each package comes into the build: the word that names it, or the imports from a named one down to it."""
    words = words_given(result)
    by_id = {action.id: action for action in result.actions}
    above = below(result, [action for action in result.compiles() if naming(result, words, action)])
    said, advice = [], ""
    for action in found:
        chain = [action]
        while above.get(chain[0].id, chain[0].id) != chain[0].id:
            chain.insert(0, by_id[above[chain[0].id]])
        word = naming(result, words, chain[0]) or " ".join(words)
        imports = " ← ".join(short_name(one.package, result.modules) for one in chain)
        importers = [a for a in result.compiles() if action.id in a.deps and a.import_path != action.import_path]
        also = [f", and imported by {short_name(importer.package, result.modules)}" for importer in importers[:1]]
        if len(chain) == 1 and "..." in word:
            advice = f"{word} names all that it matches: name only what is wanted"
        how = f"imported: {imports} (named by {word})" if len(chain) > 1 else f"named by {word}{''.join(also)}"
        said.append((action.package, [how]))
    mains = [link.package for link in result.links() if not link.scaffold and link.package not in dict(said)]
    return [rows(said), advice + (f", like {' '.join(mains[:_MOST])}" if advice and mains else "")]


def assert_parallel(result: Result, at_least: int = 2) -> None:
    """At least so many compiles overlapped in time.

    Raises `UsageError` when that could not be: too few packages were compiled, or each of them imports another one.
    """
    if at_least < 2:  # noqa: PLR2004 - one alone overlaps with nothing
        raise UsageError(f"assert_parallel: at_least={at_least} says nothing: it takes two to overlap")
    compiled = sorted((a for a in compiles_of(result) if a.ran), key=lambda action: action.started)
    most = result.max_parallel
    if most < at_least:
        few = len(compiled) < at_least
        if few or all(one.id in below(result, [other]) for one, other in pairwise(compiled)):
            why = f"{at_least} could not overlap" if few else "each imports the one before, so none could overlap"
            raise UsageError(
                f"{result.title} compiled {counted(compiled, 'package', 'packages')}: {why}; start from a cache that "
                "lacks packages which do not import one another"
            )
        seconds = sum(action.ended - action.started for action in compiled)
        fail(
            f"assert_parallel: of {len(compiled)} compiles at most {most} ran at a time in {result.title}",
            f"  {seconds:.1f} s of compiling in a command of {result.seconds:.1f} s",
            _why_serial(result, at_least),
        )


def _why_serial(result: Result, at_least: int) -> str:
    limit, what = min(limit_of(command) for command in result.go_commands if command.actions)
    if limit >= at_least:
        return "no setting limits them to fewer: see which import one another, and how long each one takes"
    if what:
        return f"{what} limits how many may run at a time: without it, as many as there are CPUs"
    return f"as many may run at a time as there are CPUs, {limit} here: -p={at_least} makes it more"


def assert_no_downloads(result: Result) -> None:
    """The command brought no module into the module cache."""
    if result.downloads:
        before = {unescaped(module): then.step for then in result.earlier() for module in then.downloads}
        names = [unescaped(module) for module in result.downloads]
        fail(
            f"assert_no_downloads: {counted(names, 'module was', 'modules were')} downloaded by {result.title}",
            rows((name, [f"step {before[name]} downloaded it, too"] if name in before else []) for name in names),
            "a job that restores GOCACHE needs GOMODCACHE as well: what is not in it is downloaded again",
        )


def assert_downloaded(result: Result, *modules: str) -> None:
    """The command downloaded these modules: ``path`` or ``path@version`` each; without any: at least one."""
    downloads = [unescaped(module) for module in result.downloads]
    paths = {module.partition("@")[0] for module in downloads}
    missing = [module for module in modules if module not in downloads and module not in paths]
    if missing or not downloads:
        env = result.circumstances.env if result.circumstances else {}
        here = map(unescaped, ModuleCache(gomodcache_of(env)).entries())
        others = ", ".join(name for name in here if name not in downloads)
        fail(
            f"assert_downloaded: {', '.join(missing) or 'any module'} was not downloaded by {result.title}",
            f"  downloaded: {', '.join(downloads) or 'nothing'}",
            f"  in the module cache: {others}" if others else "",
        )
