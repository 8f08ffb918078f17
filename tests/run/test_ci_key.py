"""The key of a CI cache, with the expressions of a workflow."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from pytest_gocache.errors import UsageError
from pytest_gocache.run.ci_key import expanded


def key(text: str, checkout: Path, job: int = 1) -> str:
    return expanded(text, checkout, "1.27.3", job)


def test_the_expressions_of_a_workflow(tmp_path: Path) -> None:
    (tmp_path / "go.sum").write_bytes(b"sum")
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "go.sum").write_bytes(b"tools")
    one, two = (hashlib.sha256(content).digest() for content in (b"sum", b"tools"))
    assert key("go-${{ hashFiles('go.sum') }}", tmp_path) == f"go-{hashlib.sha256(one).hexdigest()}"
    assert key("${{hashFiles('**/go.sum', 'go.sum')}}", tmp_path) == hashlib.sha256(one + two).hexdigest()
    # As with GitHub: a key that hashes nothing never changes.
    assert key("go-${{ hashFiles('nothing') }}", tmp_path) == "go-"
    assert (
        key("${{ runner.os }}-${{ runner.arch }}-${{ steps.my-go.outputs.go-version }}", tmp_path) == "Linux-X64-1.27.3"
    )
    assert key("${{ github.run_id }}", tmp_path, 9) < key("${{ github.run_id }}", tmp_path, 10)
    assert key("${{ github.run_number }}", tmp_path, 9) == "9"


def test_the_sha_follows_the_files_and_the_commit(tmp_path: Path) -> None:
    def sha() -> str:
        return key("${{ github.sha }}", tmp_path)

    (tmp_path / "a.go").write_text("package a\n")
    (tmp_path / "link").symlink_to("nowhere")
    first = sha()
    assert len(first) == 40
    assert first == sha()
    (tmp_path / "a.go").write_text("package b\n")
    second = sha()
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("0123\n")
    third = sha()
    (tmp_path / ".git" / "index").write_text("not in the commit")
    assert len({first, second, third}) == 3
    assert sha() == third


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("go-${{ matrix.go }}", r"has \${{ matrix.go }}; known are hashFiles\('…'\), github.sha, github.run_id"),
        ("${{ hashFiles('../go.sum') }}", r"hashFiles\('../go.sum'\): expected a pattern of files in the checkout"),
        ("${{ hashFiles('/etc/passwd') }}", "expected a pattern of files in the checkout"),
        ("a,b", "'a,b' is no key: a key has 1 to 512 characters and no comma"),
        ("${{ hashFiles('nothing') }}", "'' is no key"),
        ("a" * 513, "is no key"),
    ],
)
def test_a_wrong_key_is_named(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=message):
        key(text, tmp_path)
