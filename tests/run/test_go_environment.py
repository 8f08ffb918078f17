"""What the library adds to the environment of go commands, and takes away again."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_gocache.run.go_environment import completed, installing_into, without_added


@pytest.fixture
def module(tmp_path: Path) -> Path:
    """A module below the folder of a repository that is not its own."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "app" / "own" / ".git").mkdir(parents=True)
    return tmp_path / "app"


def goflags_in(module: Path, env: dict[str, str], folder: str = "", goroot: str = "/nowhere") -> str:
    full = completed({"GOENV": "off", **env}, Path(goroot), module, cwd=module, folder=module / folder)
    return full.get("GOFLAGS", "")


@pytest.mark.parametrize(
    ("goflags", "expected"),
    [
        ("", "-buildvcs=false"),
        ("-v", "-buildvcs=false -v"),
        ("-buildvcs=true", "-buildvcs=true"),
        ("-v --buildvcs=false", "-v --buildvcs=false"),
        ("-ldflags=-X=main.v=-buildvcs=false", "-buildvcs=false -ldflags=-X=main.v=-buildvcs=false"),
        ("'-tags=a -buildvcs=false'", "-buildvcs=false '-tags=a -buildvcs=false'"),
    ],
)
def test_a_repository_that_is_not_the_modules_own_is_not_stamped(module: Path, goflags: str, expected: str) -> None:
    assert goflags_in(module, {"GOFLAGS": goflags}) == expected
    assert goflags_in(module, {"GOFLAGS": goflags}, "own") == goflags


def test_the_flags_of_a_file_still_count(module: Path, tmp_path: Path) -> None:
    (module / "settings").write_text("GOFLAGS=-trimpath\n", encoding="ascii")
    (tmp_path / "go.env").write_text("GOFLAGS=-tags=x\n", encoding="ascii")
    assert goflags_in(module, {"GOENV": "settings"}) == "-buildvcs=false -trimpath"
    assert goflags_in(module, {"GOENV": "settings"}, "own") == ""
    assert goflags_in(module, {}, goroot=str(tmp_path)) == "-buildvcs=false -tags=x"
    assert goflags_in(module, {"GOFLAGS": "-v", "GOENV": "settings"}) == "-buildvcs=false -v"


def test_what_the_library_added_is_taken_away_and_what_a_program_sets_stays() -> None:
    plain, added = {"GOFLAGS": ""}, {"GOFLAGS": "-buildvcs=false"}
    assert without_added({"A": "1", "GOFLAGS": "-buildvcs=false"}, added, plain) == {"A": "1", "GOFLAGS": ""}
    assert without_added({"GOFLAGS": "-buildvcs=false -v"}, added, plain) == {"GOFLAGS": "-buildvcs=false -v"}
    assert without_added({"A": "1"}, added, plain) == {"A": "1"}


def test_go_install_gets_a_folder_of_its_own() -> None:
    assert installing_into(Path("/x"), {"GOBIN": "/bin"}) == {"GOBIN": "/x"}
    into = installing_into(Path("/x"), {"GOPATH": "/g", "GOMODCACHE": "/m"})
    assert into == {"GOPATH": "/x:/g", "GOMODCACHE": "/m"}
