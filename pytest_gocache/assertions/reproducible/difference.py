"""Why two builds of the same sources are not the same: the first step that differs, and what differs in the output."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pytest_gocache.assertions.reproducible.conditions import Place
from pytest_gocache.assertions.reproducible.elf import differing_sections, places_of, sections
from pytest_gocache.explain.changes import changes_between
from pytest_gocache.golang.action import Action, Kind
from pytest_gocache.golang.command_line import GoArguments, flags_of, is_set
from pytest_gocache.host import process
from pytest_gocache.results.inputs import Change, InputKind, own_changes, with_values
from pytest_gocache.results.packages import programs_of
from pytest_gocache.results.result import Result
from pytest_gocache.results.tables import listed, rows

__all__ = ["Build", "differing", "explain_difference"]

_MOST_NAMED = 8
_MOST_LINES = 12  # of diffoscope's report, and of what a failing build printed
_ASK_SECONDS = 60.0
_DIFFOSCOPE_SECONDS = 120.0
_C_TOOLS = re.compile(r"\b(?:gcc|clang|cc)\b|[gc]\+\+")
_HEADING = re.compile(r"[│ ]*[├└]── ")
_BUILD_IDS = frozenset({".note.go.buildid", ".note.gnu.build-id"})


@dataclass(frozen=True, slots=True)
class Build:
    """One of the builds that are compared."""

    result: Result
    out: Path
    """The folder with its files."""
    place: Place
    paths: Mapping[str, str]
    """The folders that it could have put into its output, by what they are."""
    outputs: Mapping[str, str]
    """What it made, by name, each with a hash of the content."""
    first: Build | None = None
    """The build that filled its cache, if there was one."""


@dataclass(frozen=True, slots=True)
class _First:
    """The first step that differs between two builds, and why."""

    sentence: str
    label: str = ""
    """What the step is; empty when none is known."""
    changes: tuple[Change, ...] = ()
    """The inputs that differ."""
    same_inputs: bool = False
    """The inputs are the same: what makes the difference is unknown to Go."""
    programs: tuple[str, ...] = ()
    """The programs that such a step ran."""


@dataclass(slots=True)
class Findings:
    """What was found to differ in a file, by name."""

    settings: set[str] = field(default_factory=set)
    sections: set[str] = field(default_factory=set)
    paths: set[str] = field(default_factory=set)


def differing(one: Build, two: Build) -> list[str]:
    """The names of the outputs that are not the same in two builds."""
    return [name for name in {**one.outputs, **two.outputs} if one.outputs.get(name) != two.outputs.get(name)]


def explain_difference(told: Sequence[tuple[str, str, Build, Build]], one: Build, two: Build) -> Iterator[str]:
    """The lines of a failure: why, and what to do.

    ``told`` has what is behind the difference: a sentence, a condition or "", and two builds that show it. The rest is
    said of ``one`` and ``two``.
    """
    reasons = []
    for sentence, condition, before, after in told:
        reason = _first_difference(before, after, condition)
        reasons.append((condition, reason))
        yield sentence
        yield (
            rows([(reason.label, with_values(reason.sentence, reason.changes))])
            if reason.label
            else f"  {reason.sentence}"
        )
    found = Findings()
    name = next((name for name in differing(one, two) if all((build.out / name).is_file() for build in (one, two))), "")
    if name:
        yield from _of_file(name, one, two, found)
    yield from _advice(reasons, one, two, found)
    yield f"kept: {one.out} and {two.out}"


def _of_file(name: str, one: Build, two: Build, found: Findings) -> Iterator[str]:
    """What differs in a file that both builds made: build settings, sections, paths; diffoscope's report."""
    files = one.out / name, two.out / name
    settings = list(_settings(files, one))
    if settings:
        yield f"build settings of {name} that differ:"
        yield "\n".join(f"  {line}" for line in settings)
    contents = files[0].read_bytes(), files[1].read_bytes()
    differ = differing_sections(*contents)
    if differ:
        more = f" and {len(differ) - _MOST_NAMED} more" if len(differ) > _MOST_NAMED else ""
        yield f"sections of {name} that differ: {', '.join(differ[:_MOST_NAMED])}{more}"
    elif not sections(contents[0]):
        at = next((at for at, (a, b) in enumerate(zip(*contents, strict=False)) if a != b), min(map(len, contents)))
        yield f"{name} differs from byte {at:,} on"
    places = list(_places(contents, one, two))
    if places:
        yield f"paths in {name}:"
        yield rows(places)
    yield from _diffoscope(files, one)
    found.settings |= {line.partition(":")[0] for line in settings}
    found.sections |= {text.partition(" ")[0] for text in differ}
    found.paths |= {place for place, _ in places}


def _first_difference(one: Build, two: Build, condition: str) -> _First:
    """The first package, in the order of imports, that two builds did not make the same; else the first link."""
    failed = next((build.result for build in (two, one) if build.result.returncode), None)
    if failed is not None:
        printed = failed.stderr.strip().splitlines()[-_MOST_LINES:]
        summary = "\n  ".join([f"the build fails, with exit status {failed.returncode}:", *printed])
        return _First(summary)
    before = {(action.kind, action.package): action for action in one.result.actions}
    for action in _imports_first(two.result):
        old = before.get((Kind.COMPILE, action.package))
        # Other inputs that make no difference in the output explain nothing.
        if old is not None and old.content_id and action.content_id and old.content_id != action.content_id:
            return _reason((one.result, old), (two.result, action), condition)
    names = {Path(name).name for name in differing(one, two)}
    links = [link for link in two.result.links() if (Kind.LINK, link.package) in before]
    for link in sorted(links, key=lambda link: {Path(link.target).name, Path(link.package).name}.isdisjoint(names)):
        old = before[Kind.LINK, link.package]
        # A link counts its main package with all inputs, the stamped build settings among them, not only with content.
        main = next((a for a in two.result.compiles() if a.id in link.deps and a.package == link.package), link)
        stamped = before.get((Kind.COMPILE, main.package))
        if main is not link and stamped is not None and stamped.action_id != main.action_id:
            reason = _reason((one.result, stamped), (two.result, main), condition)
            if reason.changes:
                return reason
        return _reason((one.result, old), (two.result, link), condition)
    return _First("Go's action graph does not show where they part")


def _imports_first(result: Result) -> Iterator[Action]:
    """The compiles of a command, each after all that it imports."""
    by_id = {action.id: action for action in result.actions}
    seen: set[int] = set()
    for root in result.compiles():
        stack = [(root, False)]
        while stack:
            action, below_done = stack.pop()
            if below_done and action.kind is Kind.COMPILE:
                yield action
            elif not below_done and action.id not in seen:
                seen.add(action.id)
                stack.append((action, True))
                stack += [(by_id[dep], False) for dep in reversed(action.deps) if dep in by_id]


def _reason(before: tuple[Result, Action], after: tuple[Result, Action], condition: str) -> _First:
    (then, old), (now, new) = before, after
    label = new.kind.of(new.package)
    if old.action_id != new.action_id:
        own = tuple(own_changes(changes_between(then, old, now, new) or ()))
        if own:
            verb = "differs" if len(own) == 1 else "differ"
            shown = ":" if any(change.lines() for change in own) else ""
            return _First(f"{listed([change.what for change in own])} {verb}{shown}", label, own)
        return _First(f"its inputs differ: {old.action_id} and {new.action_id}", label)
    tools = tuple((programs_of(old) or programs_of(new))[:_MOST_NAMED])
    ran = f" (it ran {', '.join(tools)})" if tools else ""
    why = f"something in it depends on {condition}, unseen by Go" if condition else "it is not repeatable"
    sentence = f"made from the same inputs, and not the same: {why}{ran}"
    return _First(sentence, label, same_inputs=True, programs=tools)


def _settings(files: tuple[Path, Path], build: Build) -> Iterator[str]:
    """The build settings that differ, as ``go version -m`` prints them."""
    before, after = (_stamped(file, build) for file in files)
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name), after.get(name)
        if old != new:
            yield f"{name}: {old or '(none)'} | {new or '(none)'}"


def _stamped(file: Path, build: Build) -> dict[str, str]:
    machine = build.place.machine
    done = process.run(
        [str(machine.toolchain.go), "version", "-m", str(file)],
        cwd=file.parent,
        env=machine.env,
        output=build.out.parent,
        timeout=_ASK_SECONDS,
    )
    settings = {}
    for line in done.stdout.decode("utf-8", "replace").splitlines():
        kind, *rest = line.strip().split("\t")
        if kind == "build" and rest:
            name, _, settings[name] = rest[0].partition("=")
        elif line.startswith("\t") and rest:
            settings[f"{kind} {rest[0]}" if len(rest) > 1 else kind] = " ".join(rest[1:] or rest)
        else:
            settings["toolchain"] = line.rpartition(": ")[2]
    return settings


def _places(contents: tuple[bytes, bytes], one: Build, two: Build) -> Iterator[tuple[str, list[str]]]:
    """The folders that stand in a binary, each once, unless they are the same for both builds."""
    seen: set[str] = set()
    for content, build, other in zip(contents, (one, two), (two, one), strict=True):
        own = {name: path for name, path in build.paths.items() if other.paths[name] != path and name not in seen}
        for name, where in places_of(content, own):
            seen.add(name)
            yield name, [where]


def _diffoscope(files: tuple[Path, Path], build: Build) -> Iterator[str]:
    """The beginning of diffoscope's report, when it is on PATH."""
    ambient = build.place.machine.ambient
    program = shutil.which("diffoscope", path=ambient.get("PATH", ""))
    if program is None:
        return
    output = build.out.parent / "diffoscope"
    output.mkdir(exist_ok=True)
    done = process.run(
        [program, "--text", "-", *map(str, files)],
        cwd=output,
        env=ambient,
        output=output,
        timeout=_DIFFOSCOPE_SECONDS,
    )
    report = done.stdout.decode("utf-8", "replace").splitlines()
    if done.timed_out:
        yield f"diffoscope was not done after {_DIFFOSCOPE_SECONDS:g} seconds"
    elif done.returncode not in (0, 1):
        yield f"diffoscope failed with exit status {done.returncode}"
    if report:
        # Of tens of thousands of lines the headings: which views of the files differ, and how they are nested.
        headings = [line for line in report if _HEADING.match(line)] or report
        more = f"\n  … {len(headings) - _MOST_LINES} more" if len(headings) > _MOST_LINES else ""
        yield f"diffoscope ({output / 'stdout'}):"
        yield "\n".join(f"  {line}".rstrip() for line in headings[:_MOST_LINES]) + more


def _advice(told: Sequence[tuple[str, _First]], build: Build, other: Build, found: Findings) -> Iterator[str]:
    """What to do, a line for each known mistake that the evidence fits."""
    env = build.result.circumstances.env
    given = [*flags_of(env.get("GOFLAGS", "")), *GoArguments.read(build.result.command[1:]).flags]
    flags = dict(given)
    kinds = {change.input.kind for _, reason in told for change in reason.changes}
    paths = {"folder", "module cache", "GOROOT"} & found.paths
    if (paths or InputKind.DIRECTORY in kinds) and not is_set(flags.get("trimpath", "false")):
        yield "-trimpath leaves folders out of packages and binaries"
    if any(condition == "toolchain" for condition, _ in told):
        version = build.place.machine.toolchain.version
        if version == other.place.machine.toolchain.version:
            yield f"both say that they are {version}, and one was changed: take Go from the same place everywhere"
        else:
            yield (
                f"pin the toolchain: GOTOOLCHAIN=go{version.number} is exactly that one, the toolchain line of go.mod "
                "is only the least"
            )
    if any(name.startswith("vcs") for name in found.settings):
        yield "Go stamps the state of the checkout into main packages: -buildvcs=false leaves it out"
    if found.sections and found.sections <= _BUILD_IDS and "-buildid=" not in flags.get("ldflags", ""):
        yield "only the build ID differs, which has the hash of all inputs in it: -ldflags=-buildid= leaves it out"
    unseen = [reason for _, reason in told if reason.same_inputs]
    if unseen and "toolexec" in flags:
        yield "what -toolexec runs may do anything, and only the version that it prints is an input for Go"
    elif any(_C_TOOLS.search(program) for reason in unseen for program in reason.programs):
        yield "a C compiler takes part: look for __DATE__, __TIME__ and __FILE__ in what it compiles"
