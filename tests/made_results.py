"""Actions and results made by hand, for tests that need only a few fields."""

from __future__ import annotations

from pathlib import Path

from pytest_gocache.golang.action import Action, Kind, Status, TestOutcome
from pytest_gocache.results.result import Circumstances, Result
from tests.recorded_results import listed


def action(
    number: int, package: str, status: Status = Status.RAN, kind: Kind = Kind.COMPILE, span: str = "0-1"
) -> Action:
    started, ended = map(float, span.split("-"))
    return Action(
        id=number,
        mode="build",
        kind=kind,
        package=package,
        import_path=package,
        scaffold=False,
        status=status,
        action_id="",
        build_id="",
        deps=(),
        started=started,
        ended=ended,
        commands=(),
    )


def result(
    *actions: Action, step: int = 1, returncode: int = 0, previous: Result | None = None, **tests: TestOutcome
) -> Result:
    return Result(
        ("go", "build", "a b"), step, Path("/src"), returncode, "", "", 1.25, actions, tests, previous=previous
    )


def command(line: str, goflags: str = "") -> Result:
    around = Circumstances(
        env={"GOFLAGS": goflags}, goroot=Path("/go"), cwd=Path("/src"), started=0.0, list_packages=listed
    )
    modules = {".": "example.com/app"}
    return Result(("go", *line.split()), 1, Path("/src"), 0, "", "", 0.1, modules=modules, circumstances=around)
