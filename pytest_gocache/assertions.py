"""The public ``assert_*`` functions: verdicts on a `Result`, with the reason in every failure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pytest_gocache.errors import PatternError, UsageError
from pytest_gocache.explain import build_settings_only, reason_for
from pytest_gocache.patterns import Pattern, near_misses
from pytest_gocache.result import Action, Kind, Result, Status, TestOutcome, TestStatus

__all__ = [
    "assert_cached",
    "assert_not_relinked",
    "assert_only_rebuilt",
    "assert_only_relinked",
    "assert_rebuilt",
    "assert_relinked",
    "assert_test_cached",
    "assert_test_ran",
    "explain_set_difference",
]

_MOST_LISTED = 20


def assert_cached(result: Result, *patterns: str) -> None:
    """Nothing that matches was compiled; without a pattern: nothing at all, the standard library included.

    A pattern stands for a package with all of its test variants; ``lib [lib.test]`` names one variant. Links do not
    count: see `assert_not_relinked`. Raises `PatternError` for a pattern that matches no package of the command.
    """
    compiles = _compiles(result)
    chosen = _matching(result, compiles, patterns) if patterns else compiles
    rebuilt = [action for action in chosen if action.ran]
    if rebuilt:
        _fail(
            f"assert_cached: {_count(rebuilt, 'package was', 'packages were')} rebuilt by {result.title}",
            _reasons(result, rebuilt),
        )


def assert_rebuilt(result: Result, *patterns: str) -> None:
    """Everything that matches was compiled: the packages, and their test variants where the command has them.

    What Go generates only for a test (``lib.test``, ``lib_test``) must be named to count. Raises `PatternError` without
    a pattern, and for one that matches no package of the command.
    """
    if not patterns:
        raise PatternError("assert_rebuilt needs a package pattern: without one it would say nothing")
    chosen = _matching(result, _compiles(result), patterns, scaffolds=False)
    missing = [action for action in chosen if not action.ran]
    if missing:
        _fail(
            f"assert_rebuilt: {_count(missing, 'package was', 'packages were')} not rebuilt by {result.title}",
            _rows((action.package, [_not_rebuilt(result, action)]) for action in missing),
            _rebuilt_instead(result),
        )


def assert_only_rebuilt(result: Result, *patterns: str) -> None:
    """Exactly what matches was compiled: all of it, and nothing else; without a pattern: nothing.

    What Go generates only for a test of a package (``lib.test``, ``lib_test``) may be compiled with it.
    """
    compiles = _compiles(result)
    chosen = _matching(result, compiles, patterns, scaffolds=False) if patterns else []
    allowed = {action.id for action in _matching(result, compiles, patterns)} if patterns else set()
    missing = [action for action in chosen if not action.ran]
    others = [action for action in compiles if action.ran and action.id not in allowed]
    if missing or others:
        rebuilt = f"{_count(others, 'other package was', 'other packages were')} rebuilt"
        not_rebuilt = f"{_count(missing, 'package was', 'packages were')} not rebuilt"
        said = " and ".join(text for text, actions in ((rebuilt, others), (not_rebuilt, missing)) if actions)
        _fail(
            f"assert_only_rebuilt: {said} by {result.title}",
            f"  expected exactly: {', '.join(patterns) or 'nothing'}",
            _reasons(result, others, "also rebuilt: "),
            _rows((f"not rebuilt: {action.package}", [_not_rebuilt(result, action)]) for action in missing),
        )


def assert_relinked(result: Result, *mains: str) -> None:
    """The link of every main package that matches ran; without a pattern: every link of the command.

    A test binary's link counts for the package under test. Raises `PatternError` when nothing that matches is linked
    by such a command at all.
    """
    missing = [action for action in _links(result, mains) if not action.ran]
    if missing:
        _fail(
            f"assert_relinked: {_count(missing, 'binary was', 'binaries were')} not linked by {result.title}",
            _rows((action.package, [_not_linked(action)]) for action in missing),
        )


def assert_not_relinked(result: Result, *mains: str) -> None:
    """No link of a main package that matches ran; without a pattern: none at all.

    With patterns, raises `PatternError` when nothing that matches could be linked by the command.
    """
    if not mains:
        _compiles(result)
    chosen = _links(result, mains) if mains else list(result.links())
    linked = [action for action in chosen if action.ran]
    if linked:
        _fail(
            f"assert_not_relinked: {_count(linked, 'binary was', 'binaries were')} linked by {result.title}",
            _reasons(result, linked),
            _throwaway_hint(result),
        )


def assert_only_relinked(result: Result, *mains: str, strict: bool = False) -> None:
    """The links of ``mains`` ran (without a pattern: every link of the command), and no compile did.

    A main package that was recompiled only because the build settings stamped into it changed counts as relinked: that
    is what Go does with a bare ``-ldflags``. ``strict=True`` refuses that too; ``-trimpath -ldflags=…`` passes it.
    """
    links = _links(result, mains)
    compiled = [action for action in _compiles(result) if action.ran]
    # Build settings are stamped into main packages only: no library can pass for one here.
    wrong = [a for a in compiled if strict or not build_settings_only(result, a)]
    missing = [action for action in links if not action.ran]
    others = [action for action in result.links() if action.ran and action.id not in {link.id for link in links}]
    if wrong:
        stamped = strict and all(build_settings_only(result, action) for action in wrong)
        _fail(
            f"assert_only_relinked: {_count(wrong, 'package was', 'packages were')} compiled by {result.title}",
            _reasons(result, wrong),
            "without -trimpath, Go stamps -ldflags into the main package: build with -trimpath, or drop strict=True"
            if stamped
            else "",
        )
    if missing:
        _fail(
            f"assert_only_relinked: {_count(missing, 'binary was', 'binaries were')} not linked by {result.title}",
            _rows((action.package, [_not_linked(action)]) for action in missing),
        )
    if others:
        _fail(
            f"assert_only_relinked: {_count(others, 'other binary was', 'other binaries were')} linked too by "
            f"{result.title}",
            _reasons(result, others),
        )


def assert_test_cached(result: Result, *patterns: str) -> None:
    """The result of every test package that matches was replayed from the test result cache; without a pattern: of all.

    Packages without test files count only when named exactly. Raises `PatternError` when no test matches, and
    `UsageError` for a command that is not ``go test``.
    """
    wrong = [outcome for outcome in _tests(result, patterns) if not outcome.cached]
    if wrong:
        _fail(
            f"assert_test_cached: {_count(wrong, 'test package was', 'test packages were')} not served from the cache "
            f"by {result.title}",
            _rows((outcome.package, [_not_cached(result, outcome)]) for outcome in wrong),
        )


def assert_test_ran(result: Result, *patterns: str) -> None:
    """The tests of every package that matches were executed, with whatever verdict; without a pattern: of all."""
    wrong = [outcome for outcome in _tests(result, patterns) if not outcome.ran]
    if wrong:
        cached = any(outcome.cached for outcome in wrong)
        _fail(
            f"assert_test_ran: {_count(wrong, 'test package was', 'test packages were')} not executed by "
            f"{result.title}",
            _rows((outcome.package, [_not_run(outcome)]) for outcome in wrong),
            "to run tests whatever is cached, use -count=1" if cached else "",
        )


def explain_set_difference(result: Result, what: str, actual: Iterable[str], expected: Iterable[str]) -> list[str]:
    """What a failing ``assert result.compiled == {…}`` says: what is extra and why, and what is missing."""
    have, want = set(actual), set(expected)
    kind = {"linked": Kind.LINK, "vetted": Kind.VET}.get(what, Kind.COMPILE)
    actions = {action.package: action for action in result.actions if action.kind is kind}
    lines = [f"result.{what} of {result.title}"]
    # One line each, the most telling first: pytest shows only the first few of a comparison's lines.
    for name in sorted(want - have):
        if name in actions:
            lines.append(f"  missing: {name}  it was {actions[name].status.value}")
        else:
            near = near_misses(name, [package for package in actions if package not in result.std])
            hint = f"; near it: {', '.join(near)}" if near else ""
            lines.append(f"  missing: {name}  it is no part of this command{hint}")
    extra = sorted(have - want, key=lambda name: (name in result.std, name))
    own = [name for name in extra if name not in result.std]
    for name in own or extra[:_MOST_LISTED]:
        action = actions.get(name)
        reason = reason_for(result, action).line() if action and action.ran else ""
        lines.append(f"  not expected: {name}  {reason}".rstrip())
    if own and len(extra) > len(own):
        lines.append(f"  not expected: {len(extra) - len(own)} packages of the standard library")
    return lines


# What the functions above choose from.


def _compiles(result: Result) -> list[Action]:
    compiles = list(result.compiles())
    if not compiles:
        raise UsageError(
            f"{result.title} has no action graph: nothing is known of what it compiled "
            f"(exit status {result.returncode}; build, test, vet, run, install and list -export have one)"
        )
    return compiles


def _parse(result: Result, text: str) -> Pattern:
    return Pattern.parse(text, result.modules, result.std)


def _matching(
    result: Result, actions: Sequence[Action], patterns: Iterable[str], *, scaffolds: bool = True
) -> list[Action]:
    """The actions that any of the patterns matches, in the order of the actions; each pattern must match one."""
    chosen: dict[int, Action] = {}
    for text in patterns:
        pattern = _parse(result, text)
        exact = [a for a in actions if a.package == text]
        found = (
            exact if exact and exact[0].scaffold else [a for a in actions if pattern.matches(a.import_path, a.package)]
        )
        if not scaffolds:
            found = [a for a in found if not a.scaffold] or found
        if not found:
            raise _no_match(result, text, pattern, {a.import_path for a in actions} | {a.package for a in actions})
        chosen.update((action.id, action) for action in found)
    return [action for action in actions if action.id in chosen]


def _no_match(result: Result, text: str, pattern: Pattern, candidates: Iterable[str]) -> PatternError:
    names = sorted(set(candidates))
    own = [name for name in names if name not in result.std]
    near = near_misses(text, own) or near_misses(text, names)
    hint = (
        f"near it: {', '.join(near)}"
        if near
        else f"its packages outside the standard library: {', '.join(own[:10]) or 'none'}"
    )
    return PatternError(f"package pattern {pattern.text!r} matches nothing in {result.title}; {hint}")


def _links(result: Result, mains: Sequence[str]) -> list[Action]:
    compiles = _compiles(result)
    links = list(result.links())
    if not links:
        raise UsageError(f"{result.title} links nothing: it has no main package and no test")
    if not mains:
        return links
    for text in mains:
        pattern = _parse(result, text)
        if not any(pattern.matches(link.import_path, link.package) or link.package == text for link in links):
            matched = [a for a in compiles if pattern.matches(a.import_path, a.package)]
            if matched:
                raise PatternError(
                    f"{text!r} matches no main package that {result.title} links: it links "
                    f"{', '.join(link.package for link in links)}"
                )
            raise _no_match(result, text, pattern, [a.package for a in compiles])
    return _matching(result, links, mains)


def _tests(result: Result, patterns: Sequence[str]) -> list[TestOutcome]:
    if not result.tests:
        raise UsageError(f"{result.title} printed no test verdict (exit status {result.returncode})")
    with_tests = [outcome for outcome in result.tests.values() if outcome.status is not TestStatus.NO_TESTS]
    if not patterns:
        if not with_tests:
            raise UsageError(f"{result.title} ran no test: none of its packages has test files")
        return with_tests
    chosen: dict[str, TestOutcome] = {}
    for text in patterns:
        pattern = _parse(result, text)
        found = [outcome for outcome in result.tests.values() if pattern.matches(outcome.package)]
        if not found:
            raise _no_match(result, text, pattern, result.tests)
        if "..." in text:
            found = [outcome for outcome in found if outcome in with_tests] or found
        chosen.update((outcome.package, outcome) for outcome in found)
    return list(chosen.values())


# How failures read.


def _fail(*parts: str) -> None:
    raise AssertionError("\n".join(part for part in parts if part))


def _count(things: Sequence[object], one: str, many: str) -> str:
    return f"{len(things)} {one if len(things) == 1 else many}"


def _rows(rows: Iterable[tuple[str, Sequence[str]]], total: int = 0) -> str:
    """A name and its lines, in two columns; a long list is cut. ``total`` counts those not given, too."""
    listed = list(rows)
    shown = listed[:_MOST_LISTED]
    total = max(total, len(listed))
    width = max((len(name) for name, _ in shown), default=0)
    lines = []
    for name, texts in shown:
        first, *more = texts or [""]
        lines.append(f"  {name:<{width}}  {first}".rstrip())
        lines += [f"  {'':<{width}}  {line}" for line in more]
    if total > len(shown):
        lines.append(f"  and {total - len(shown)} more")
    return "\n".join(lines)


def _reasons(result: Result, actions: Sequence[Action], prefix: str = "") -> str:
    """Why actions ran: the causes first, then those that only followed."""
    shown = sorted(actions, key=lambda a: (a.package in result.std, a.id))[:_MOST_LISTED]
    reasons = sorted((reason_for(result, action) for action in shown), key=lambda reason: bool(reason.follows))
    return _rows(((prefix + reason.action.package, reason.lines()) for reason in reasons), total=len(actions))


def _not_rebuilt(result: Result, action: Action) -> str:
    if action.status is Status.CACHED:
        same = [
            step.step
            for step in result.earlier()
            if any(a.action_id == action.action_id and a.kind is Kind.COMPILE for a in step.actions)
        ]
        since = f", the same as in step {same[0]}" if same else ""
        return f"cached: its action ID is {action.action_id}{since}"
    return "not run: nothing needed it, or what it imports failed to compile"


def _rebuilt_instead(result: Result) -> str:
    compiled = sorted(result.compiled)
    return f"what was rebuilt: {', '.join(compiled[:10]) or 'nothing'}{' …' if len(compiled) > 10 else ''}"  # noqa: PLR2004


def _not_linked(action: Action) -> str:
    if action.status is Status.CACHED:
        return "up to date: the binary in place has the build ID that the link would give it"
    return "not run: nothing needed the binary, or a package failed to compile"


def _throwaway_hint(result: Result) -> str:
    if result.command[1:2] == ("build",) and not any(word.startswith(("-o", "--o")) for word in result.command):
        return "`go build` of several packages, or of one main package without its binary in place, always links"
    return ""


def _not_cached(result: Result, outcome: TestOutcome) -> str:
    linked = next((a for a in result.links() if a.scaffold and a.import_path == outcome.package and a.ran), None)
    verdict = f"{outcome.status.value}"
    if outcome.seconds is not None:
        verdict = f"executed in {outcome.seconds:g} s, {verdict}"
    return f"{verdict}; its test binary was linked: {reason_for(result, linked).summary}" if linked else verdict


def _not_run(outcome: TestOutcome) -> str:
    return "(cached): the verdict of an earlier run was replayed" if outcome.cached else outcome.status.value
