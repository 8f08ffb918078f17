"""ModuleProxy: names that lead out of its folder, and requests that no go command sends."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from pytest_gocache.errors import UsageError
from pytest_gocache.run.module_proxy import ModuleProxy


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[ModuleProxy]:
    made = ModuleProxy(tmp_path / "test" / "proxy")
    yield made
    made.stop()


def files_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


EMPTY = ["test", "test/proxy", "test/proxy/served", "test/proxy/sources"]


@pytest.mark.parametrize(
    "module",
    [
        "../../evil",
        "example.com/../../../evil",
        "/evil",
        "example.com//x",
        "example.com/.",
        "a\\..\\b",
        "example.com/@v",
    ],
)
def test_a_module_path_that_leaves_its_folder_is_refused(proxy: ModuleProxy, tmp_path: Path, module: str) -> None:
    with pytest.raises(UsageError, match=r"^go_proxy.add: the module path '.*' has '.*' in it"):
        proxy.add({"go.mod": f'module "{module}"\n'})
    assert files_in(tmp_path) == EMPTY


@pytest.mark.parametrize(
    "name",
    ["../evil.txt", "x/../../../../evil.txt", "..", "./x", "a\0b", "a\\b", "bad-\udcff"],
)
def test_a_file_name_that_leaves_its_folder_is_refused(proxy: ModuleProxy, tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"^go_proxy.add: the file name '.*' has '.*' in it"):
        proxy.add({"go.mod": "module example.com/dep\n", name: "x"})
    assert files_in(tmp_path) == EMPTY


@pytest.mark.parametrize("version", ["v1.0.0/../..", "v1.0.0-../x", "../v1.0.0", "v1.0.0\0", "v1.0.0-a@b"])
def test_a_version_that_leaves_its_folder_is_refused(proxy: ModuleProxy, tmp_path: Path, version: str) -> None:
    with pytest.raises(UsageError, match="go_proxy.add: .* is not a module version like v1.2.3"):
        proxy.add({"go.mod": "module example.com/dep\n"}, version)
    assert files_in(tmp_path) == EMPTY


@pytest.mark.parametrize(
    ("archive", "content"),
    [
        (".._.._.._.._evil_v1.0.0.txt", "-- go.mod --\nmodule x\n"),
        ("_evil_v1.0.0.txt", "-- go.mod --\nmodule x\n"),
        ("example.com_dep_v1.0.0@v.txt", "-- go.mod --\nmodule x\n"),
        ("example.com_dep_v1.0.0.txt", "-- ../../../evil.txt --\nx\n"),
    ],
)
def test_an_archive_that_leads_out_of_its_folder_is_refused(
    proxy: ModuleProxy, tmp_path: Path, archive: str, content: str
) -> None:
    (tmp_path / "mod").mkdir()
    (tmp_path / "mod" / archive).write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match="^go_proxy.load: the (module path|version|file name) '.*' has"):
        proxy.load(tmp_path / "mod")
    assert files_in(tmp_path) == sorted([*EMPTY, "mod", f"mod/{archive}"])


def test_an_archive_that_is_not_text_is_named(proxy: ModuleProxy, tmp_path: Path) -> None:
    (tmp_path / "a_v1.0.0.txt").write_bytes(b"\xff")
    with pytest.raises(UsageError, match=r"^go_proxy.load: .*a_v1.0.0.txt cannot be read: "):
        proxy.load(tmp_path)


@pytest.mark.parametrize("files", [{"a": "", "a/b": ""}, {"a/b/c": "", "a/b": ""}, {"x" * 300: ""}, {"": ""}])
def test_files_that_no_folder_can_have_are_refused(proxy: ModuleProxy, files: dict[str, str]) -> None:
    with pytest.raises(UsageError, match=r"^go_proxy.add: ('.*' is a file and a folder|.* cannot be served: )"):
        proxy.add({"go.mod": "module example.com/dep\n", **files})


def test_a_bad_zip_of_gos_own_test_data_is_served_and_stays_in_its_folder(proxy: ModuleProxy, tmp_path: Path) -> None:
    proxy.add({"go.mod": "module example.com/dep\n", "/evil.txt": "x"})
    assert [name for name in files_in(tmp_path) if name.endswith("evil.txt")] == [
        "test/proxy/sources/example.com/dep@v1.0.0/evil.txt"
    ]


def test_names_that_go_accepts_are_served(proxy: ModuleProxy) -> None:
    names = ["a..b", "...", "@x", "ünï/c ode.txt", ".hidden/x"]
    assert proxy.add({"go.mod": "module example.com/Dep\n", **dict.fromkeys(names, "x")}) == "example.com/Dep@v1.0.0"
    assert {*names, "go.mod"} <= set(files_in(proxy.sources / "example.com/Dep@v1.0.0"))


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"GET /%s HTTP/1.1" % (b"x" * 60_000), 404),
        (b"GET /%s/x HTTP/1.1" % (b"x" * 300), 404),
        (b"GET /%s HTTP/1.1" % (b"x" * 70_000), 414),
        (b"GET /a%00b HTTP/1.1", 404),
        (b"GET /%ff%fe HTTP/1.1", 404),
        (b"GET //[ HTTP/1.1", 404),
        (b"POST / HTTP/1.1", 501),
        (b"nonsense", 400),
        (b"GET /example.com/dep/@v/list?x=y HTTP/1.1", 200),
    ],
)
def test_any_request_has_an_answer_and_none_prints_anything(
    proxy: ModuleProxy, capfd: pytest.CaptureFixture[str], request_line: bytes, status: int
) -> None:
    proxy.add({"go.mod": "module example.com/dep\n"})
    with socket.create_connection(("127.0.0.1", urlsplit(proxy.url).port or 0), timeout=20) as connection:
        connection.sendall(request_line + b"\r\n\r\n")
        answer = connection.makefile("rb").read()
    assert f" {status} ".encode() in answer[:200] or f"code: {status}".encode() in answer
    assert len(answer) < 1000
    proxy.stop()
    assert capfd.readouterr() == ("", "")


def test_a_client_that_hangs_up_prints_nothing(proxy: ModuleProxy, capfd: pytest.CaptureFixture[str]) -> None:
    proxy.add({"go.mod": "module example.com/dep\n", "large": os.urandom(20_000_000)})
    with socket.create_connection(("127.0.0.1", urlsplit(proxy.url).port or 0), timeout=20) as connection:
        connection.sendall(b"GET /example.com/dep/@v/v1.0.0.zip HTTP/1.1\r\n\r\n")
        connection.recv(100)
    proxy.stop()
    assert capfd.readouterr() == ("", "")
