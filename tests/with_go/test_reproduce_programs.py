"""assert_reproducible(exec=…): a program builds, and the binaries that it leaves are compared."""

from __future__ import annotations

import re

import pytest
from inline_snapshot import snapshot

from pytest_gocache import ALL, GoCommandError, GoModule, UsageError, assert_reproducible
from tests.messages import normalised
from tests.with_go.programs import LIB
from tests.with_go.refusals import refused

# Without it, a build costs little: the standard library is warm.
QUICK = ALL - {"cache"}

MAKEFILE = """\
export CGO_ENABLED = 0
release: tidy
	go build -trimpath -o dist/app ./cmd/app
	GOARCH=arm64 go build -trimpath -o dist/app-arm64 ./cmd/app
	date >dist/date
tidy:
	mkdir -p dist
stamped: tidy
	go build -trimpath -ldflags="-X main.version=$$(date +%s)" -o dist/app ./cmd/app
	tar -C dist -cf dist/app.tar --mtime=@0 app
moved: tidy
	cd cmd/app && go build -o $$TMPDIR/app && mv $$TMPDIR/app ../../dist/app
umask: tidy
	GOARCH=arm64 go build -trimpath -ldflags=-X=main.version=$$(umask) -o dist/app-arm64 ./cmd/app
	go build -trimpath -o dist/app ./cmd/app
nothing:
	@echo nothing to release
fails:
	exit 3
"""


@pytest.fixture
def app(go_module: GoModule) -> GoModule:
    go_module.load(LIB)
    go_module.write("Makefile", MAKEFILE)
    return go_module


def test_an_honest_makefile(app: GoModule) -> None:
    assert_reproducible(app, exec=("make", "release"), vary=QUICK)
    assert not (app.path / "dist").exists()
    assert app.gocache.entries() == ()


def test_an_honest_makefile_with_an_empty_and_a_filled_cache(app: GoModule) -> None:
    assert_reproducible(app, exec=("make", "moved"), vary="cache")


def test_a_time_stamp_is_found(app: GoModule) -> None:
    message = refused(app, exec=["make", "stamped"], vary=QUICK)
    assert normalised(re.sub(r"\d{10}", "SECONDS", re.sub(r"(?m)^kept: .*", "kept", message))) == snapshot("""\
1 output of `make stamped` differs between two builds [assert_reproducible]
  dist/app  N bytes each
the build is not repeatable: under the same conditions it differs as well
  link of ./cmd/app  link flags differs:
                       - -X main.version=SECONDS
                       + -X main.version=SECONDS
sections of dist/app that differ: …
a time in -ldflags makes each build different: use the time of the commit instead
kept\
""")


def test_named_files_are_compared_and_nothing_else(app: GoModule) -> None:
    assert_reproducible(app, exec=("make", "release"), binaries=("dist/app", "./dist/app-arm64"), vary="umask")
    message = refused(app, exec=("make", "stamped"), binaries="dist/app.tar", vary="umask")
    assert "1 output of `make stamped` differs between two builds" in message
    assert "dist/app.tar differs from byte offset" in message


def test_the_condition_and_the_command_that_differ_are_named(app: GoModule) -> None:
    message = refused(app, exec=("make", "umask"), vary={"umask", "tz"})
    assert "1 of 2 outputs of `make umask` differs" in message
    assert "only umask makes a difference: 022 | 077" in message
    assert "link of ./cmd/app  " in message


def test_the_folder_of_the_checkout_is_in_the_binary(app: GoModule) -> None:
    message = refused(app, exec=("make", "moved"), vary={"folder", "umask"})
    assert "only folder makes a difference" in message
    assert "build with -trimpath" in message


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            {"exec": ("make", "nothing")},
            "`make nothing` wrote no Go binary in the module; it wrote no file\n  it print",
        ),
        ({"exec": ("make", "release"), "binaries": ("x",)}, r"`make release` did not write x; it wrote dist/app, dist"),
        (
            {"exec": ("true",), "binaries": "Makefile"},
            "(?s)did not write Makefile; .*Makefile was there before: remove",
        ),
        ({"exec": ("make",), "binaries": ("../x",)}, r"binaries: '../x' is no file of the module"),
        ({"exec": ("make",), "binaries": ("/x",)}, "binaries: '/x' is no file of the module"),
        ({"exec": "make release"}, r"exec='make release' is one string: give the program and its arguments"),
        ({"binaries": ("x",)}, "binaries=… names files of a program: give the program with exec="),
        ({"exec": ("no-such-program",)}, "`no-such-program` does not start"),
    ],
)
def test_what_cannot_be_compared_is_an_error(app: GoModule, options: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        assert_reproducible(app, vary="umask", **options)  # type: ignore[arg-type]


def test_arguments_of_go_build_and_a_program_are_an_error(app: GoModule) -> None:
    with pytest.raises(UsageError, match=r"'-trimpath' is an argument of go build, which exec=… replaces"):
        assert_reproducible(app, "-trimpath", exec=("make", "release"))


def test_a_program_that_fails_is_an_error(app: GoModule) -> None:
    with pytest.raises(GoCommandError, match=r"`make fails` failed with exit status 2"):
        assert_reproducible(app, exec=("make", "fails"), vary="umask")
