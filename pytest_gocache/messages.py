"""How failures read: names and reasons in columns, causes first, nothing said twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pytest_gocache.explain import reason_for, root_of, why_test_cached, why_test_ran
from pytest_gocache.patterns import near_misses
from pytest_gocache.result import Action, Kind, Result, Status, TestOutcome

__all__ = [
    "counted",
    "explain_set_difference",
    "hint_on_links",
    "reasons",
    "rows",
    "what_was_rebuilt",
    "why_not_cached",
    "why_not_linked",
    "why_not_rebuilt",
    "why_not_run",
]

_MOST_LISTED = 20


def counted(things: Sequence[object], one: str, many: str) -> str:
    """``1 package was``, ``3 packages were``."""
    return f"{len(things)} {one if len(things) == 1 else many}"


def rows(table: Iterable[tuple[str, Sequence[str]]], total: int = 0) -> str:
    """A name and its lines, in two columns; a long list is cut. ``total`` counts those not given, too."""
    listed = list(table)
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


def reasons(result: Result, actions: Sequence[Action], prefix: str = "") -> str:
    """Why actions ran: the causes first, then those that only followed; what was said once is not said again."""
    shown = sorted(actions, key=lambda a: (a.package in result.std, a.id))[:_MOST_LISTED]
    causes_first = sorted((reason_for(result, action) for action in shown), key=lambda reason: bool(reason.follows))
    listed = {action.package for action in shown}
    said: list[tuple[str, list[str]]] = []
    for reason in causes_first:
        lines = reason.lines()
        if len(lines) > 1 and any(lines == before for _, before in said):
            lines = ["the same"]
        chain, root = root_of(result, reason)
        if chain and root.action.package not in listed:
            # Its cause is not in this list: it was expected.
            lines = [f"only followed: {' <- '.join([*chain, root.line()])}"]
        said.append((prefix + reason.action.package, lines))
    return rows(said, total=len(actions))


def why_not_rebuilt(result: Result, action: Action) -> str:
    """Why a package that should have been compiled was not."""
    if action.status is Status.CACHED:
        same = next(
            (then.step for then in result.earlier() if any(a.action_id == action.action_id for a in then.compiles())), 0
        )
        return "cached: " + (f"nothing in its key changed since step {same}" if same else "its key was in the cache")
    return "not run: nothing needed it, or what it imports failed to compile"


def what_was_rebuilt(result: Result) -> str:
    """What a command compiled, in one line."""
    compiled = sorted(result.compiled)
    return f"what was rebuilt: {', '.join(compiled[:10]) or 'nothing'}{' …' if len(compiled) > 10 else ''}"  # noqa: PLR2004


def why_not_linked(action: Action) -> str:
    """Why a binary that should have been linked was not."""
    if action.status is Status.CACHED:
        return "up to date: the binary in place has the build ID that the link would give it"
    return "not run: nothing needed the binary, or a package failed to compile"


def hint_on_links(result: Result) -> str:
    """What to know of the links of a bare ``go build``."""
    if result.command[1:2] == ("build",) and not any(word.startswith(("-o", "--o")) for word in result.command):
        return "`go build` of several packages, or of one main package without its binary in place, always links"
    return ""


def why_not_cached(result: Result, outcome: TestOutcome) -> str:
    """Why a test's result did not come from the cache."""
    if not outcome.ran or outcome.seconds is None:
        return str(outcome.status.value)
    return f"executed in {outcome.seconds:g} s, {outcome.status.value}: {why_test_ran(result, outcome.package)}"


def why_not_run(result: Result, outcome: TestOutcome) -> str:
    """Why a test was not executed."""
    return why_test_cached(result, outcome.package) if outcome.cached else outcome.status.value


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
