"""What to do about a build that is not reproducible: one line for each known mistake."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from pytest_gocache.assertions.reproducible.conditions import PathKind
from pytest_gocache.assertions.reproducible.contents import FileDifference
from pytest_gocache.assertions.reproducible.first_difference import FirstDifference
from pytest_gocache.explain.advice import differs_in_time
from pytest_gocache.golang.command_line import is_set
from pytest_gocache.golang.version import GoVersion
from pytest_gocache.results.given_flags import arguments_of
from pytest_gocache.results.inputs import InputKind
from pytest_gocache.results.result import Result

__all__ = ["advice_for"]

_C_FLAGS = ("CGO_CFLAGS", "CGO_CPPFLAGS", "CGO_CXXFLAGS")
_RECORDS = "-grecord-gcc-switches"
_BUILD_IDS = frozenset({".note.go.buildid", ".note.gnu.build-id"})
_C_COMPILER = re.compile(r"\b(?:gcc|clang|cc)\b|[gc]\+\+")  # gcc-12 and x86_64-linux-gnu-gcc, too


def advice_for(
    firsts: Sequence[FirstDifference],
    file: FileDifference | None,
    one: Result,
    versions: tuple[GoVersion, GoVersion] | None = None,
) -> Iterator[str]:
    """The lines whose evidence is there: what differs first, and what differs in a file of both builds.

    ``one`` is one of the builds, ``versions`` are the versions of Go of both.
    """
    given = [dict(arguments_of(command).flags) for command in one.go_commands if arguments_of(command).builds]
    flags = {name: value for of_command in given for name, value in of_command.items()}
    if not given or not all(is_set(of_command.get("trimpath", "false")) for of_command in given):
        yield from _on_paths(firsts, file)
    yield from _on_inputs(firsts)
    if versions and any(first.conditions == {"toolchain"} for first in firsts):
        yield _on_toolchains(*versions)
    if file is not None:
        yield from _on_stamps(file, flags)
    settings = {name: value for command in one.go_commands for name, value in command.circumstances.settings.items()}
    yield from _on_programs([first for first in firsts if first.same_inputs], flags, settings)


def _on_paths(firsts: Sequence[FirstDifference], file: FileDifference | None) -> Iterator[str]:
    trimmed = {PathKind.FOLDER, PathKind.MODULE_CACHE, PathKind.GOROOT}
    inputs = {change.input.kind for first in firsts for change in first.changes}
    if InputKind.DIRECTORY in inputs or (file is not None and not trimmed.isdisjoint(file.paths)):
        yield "build with -trimpath: it removes the paths of folders from packages and binaries"


def _on_inputs(firsts: Sequence[FirstDifference]) -> Iterator[str]:
    changes = [change for first in firsts for change in first.changes]
    if differs_in_time(changes):
        yield "a time in -ldflags makes each build different: use the time of the commit instead"
    if any(change.input.kind is InputKind.CGO_LINKER_FLAGS for change in changes):
        yield (
            "-trimpath does not change the linker flags of cgo (#cgo LDFLAGS, CGO_LDFLAGS): "
            "give -L a folder that is the same everywhere"
        )


def _on_toolchains(version: GoVersion, other: GoVersion) -> str:
    if version == other:
        return f"both toolchains report {version}, but their files differ: install Go from the same source everywhere"
    return (
        f"pin the toolchain: GOTOOLCHAIN=go{version.number} selects exactly this version; the toolchain line of go.mod "
        "sets only a minimum"
    )


def _on_stamps(file: FileDifference, flags: dict[str, str]) -> Iterator[str]:
    if any(setting.name.startswith("vcs") for setting in file.settings):
        yield "Go stamps the state of the checkout into main packages: -buildvcs=false turns that off"
    sections = {section.name for section in file.sections}
    if sections and sections <= _BUILD_IDS and "-buildid=" not in flags.get("ldflags", ""):
        yield "only the build ID differs, which contains a hash of all inputs: -ldflags=-buildid= removes it"


def _on_programs(
    untracked: Sequence[FirstDifference], flags: Mapping[str, str], settings: Mapping[str, str]
) -> Iterator[str]:
    if untracked and "toolexec" in flags:
        yield "-toolexec runs a program whose version is its only input that Go tracks: check what else it reads"
    elif any(_C_COMPILER.search(program) for first in untracked for program in first.programs):
        for name in _C_FLAGS:
            if _RECORDS in settings.get(name, ""):
                yield f"{name} has {_RECORDS}: it records the compiler's arguments, the temporary folder among them"
                return
        yield "a C compiler ran: look for __DATE__, __TIME__ and __FILE__ in the C sources"
