"""What a module proxy answers beside the files that it serves."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from pytest_gocache.run.proxy_answers import Answer, answer_to, in_list


@pytest.fixture
def served(tmp_path: Path) -> Path:
    folder = tmp_path / "example.com/dep/@v"
    folder.mkdir(parents=True)
    shorts = {
        "v1.0.0": "5d9f230bcfba",
        "v1.10.0": "aaaabbbbcccc",
        "v1.9.0": "",
        "v1.11.0-rc.1": "aaaabbbbcccc",
        "v1.11.1-0.20200101000000-0123456789ab": "",
    }
    for version, short in shorts.items():
        info = {"Version": version} | ({"Short": short} if short else {})
        (folder / f"{version}.info").write_text(json.dumps(info), encoding="utf-8")
        (folder / f"{version}.mod").write_text(f"module example.com/dep // {version}\n", encoding="utf-8")
    (folder / "list").write_text("v1.0.0\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("path", "version"),
    [
        ("example.com/dep/@latest", "v1.10.0"),
        ("example.com/dep/@v/v1.9.0.info", "v1.9.0"),
        ("example.com/dep/@v/5d9f230bcfba.info", "v1.0.0"),
        ("example.com/dep/@v/5d9f230.info", "v1.0.0"),
        ("example.com/dep/@v/5d9f230bcfba0000.mod", "v1.0.0"),
        ("example.com/dep/@v/aaaabbbbcccc.info", "v1.11.0-rc.1"),
        ("example.com/dep/@v/0123456789ab.mod", "v1.11.1-0.20200101000000-0123456789ab"),
    ],
)
def test_versions_and_what_means_them(served: Path, path: str, version: str) -> None:
    answer = answer_to(served, path)
    assert answer.status == 200
    assert version in answer.content.decode()


@pytest.mark.parametrize(
    "path",
    ["example.com/dep/@v/cafe.info", "example.com/other/@latest", "example.com/dep/@v/v9.0.0.info", "", "/", "x"],
)
def test_what_is_not_served(served: Path, path: str) -> None:
    assert answer_to(served, path).status == 404


def test_an_empty_short_is_every_commit(served: Path) -> None:
    (served / "example.com/dep/@v/v1.10.1.info").write_text('{"Version": "v1.10.1", "Short": ""}')
    assert b"v1.10.1" in answer_to(served, "example.com/dep/@v/cafe.info").content


def test_the_latest_without_a_release(tmp_path: Path) -> None:
    folder = tmp_path / "m/@v"
    folder.mkdir(parents=True)
    (folder / "v0.0.0-20200101000000-0123456789ab.info").write_text("pseudo")
    assert answer_to(tmp_path, "m/@latest").content == b"pseudo"
    (folder / "v1.0.0-beta.info").write_text("beta")
    (folder / "v1.0.0-beta.2.info").write_text("beta.2")
    assert answer_to(tmp_path, "m/@latest").content == b"beta.2"


def test_paths_with_a_meaning_of_their_own(served: Path) -> None:
    assert answer_to(served, "404/example.com/dep/@v/list") == Answer(404)
    assert answer_to(served, "500/x").status == 500
    assert answer_to(served, "invalid/x").content == b"invalid"
    assert answer_to(served, "redirect/2/x/y").location == "/redirect/1/x/y"
    assert answer_to(served, "redirect/1/x/y").location == "/x/y"


@pytest.mark.parametrize(
    ("module", "version", "listed"),
    [
        ("example.com/dep", "v1.0.0", True),
        ("example.com/dep", "v1.0.0-rc.1", True),
        ("example.com/dep", "v0.0.0-20200101000000-0123456789ab", False),
        ("example.com/dep", "v1.2.4-0.20200101000000-0123456789ab", False),
        ("example.com/dep", "v1.2.3-pre.0.20200101000000-0123456789ab", False),
        ("example.com/dep", "v2.0.0", False),
        ("example.com/dep", "v2.0.0+incompatible", True),
        ("example.com/dep/v2", "v2.0.0", True),
        ("example.com/dep/v2", "v1.0.0", False),
        ("gopkg.in/yaml.v3", "v3.0.1", True),
        ("gopkg.in/yaml.v3", "v2.0.0", False),
        ("example.com/dep", "main", False),
    ],
)
def test_which_versions_the_list_has(module: str, version: str, *, listed: bool) -> None:
    assert in_list(module, version) is listed


@given(st.text(max_size=40))
def test_every_path_has_an_answer(path: str) -> None:
    assert answer_to(Path("/nonexistent/proxy"), path).status in {200, 302, 404, *range(200, 600)}
