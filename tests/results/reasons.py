"""Hand-made reasons: an edit of m/lib, which m/api imports and m/cmd links."""

from __future__ import annotations

from pytest_gocache.golang.action import Kind
from pytest_gocache.results.inputs import Change, Input, InputKind
from pytest_gocache.results.reasons import Details, Reason, ReasonCode

FLAGS = Change(Input(InputKind.COMPILE_FLAGS), "(none)", "-N -l")
EDIT = Change(Input(InputKind.FILE, "lib.go"), "AAAA", "BBBB", diff=("- one", "+ two"))
LIB_CHANGED = Change(Input(InputKind.IMPORT, "m/lib"), "AAAA", "BBBB")


def compiled(package: str, *changes: Change) -> Reason:
    return Reason(package, Kind.COMPILE, ReasonCode.CHANGED, changes=changes, since=1)


def forced(package: str) -> Reason:
    return Reason(package, Kind.COMPILE, ReasonCode.FORCED_FIRST_TIME, Details(flag="-a"))


def follower(package: str, cause: Reason) -> Reason:
    return Reason(
        package,
        Kind.COMPILE,
        ReasonCode.FOLLOWS_IMPORT,
        Details(packages=(cause.package,)),
        (LIB_CHANGED,),
        since=1,
        follows=(cause.package,),
        cause=cause,
    )


LIB = compiled("m/lib", EDIT)
API = follower("m/api", LIB)
LINK = Reason(
    "m/cmd",
    Kind.LINK,
    ReasonCode.FOLLOWS_LINKED_IMPORTS,
    Details(chain=("api", "lib")),
    (LIB_CHANGED,),
    since=1,
    follows=("m/api", "m/lib"),
    cause=LIB,
)
