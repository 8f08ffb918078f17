"""go_proxy: modules of a test's own, with sums that Go accepts, and a record of what was asked for."""

from __future__ import annotations

import http.client
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from pytest_gocache import (
    GoModule,
    ModuleCache,
    ModuleProxy,
    UsageError,
    assert_downloaded,
    assert_no_downloads,
    assert_only_rebuilt,
)

DEP = """
-- go.mod --
module example.com/dep

go 1.20
-- dep.go --
package dep

import "container/ring"

func Word() int { return ring.New(WORD).Len() }
-- vendor/left/out.go --
package out
-- nested/go.mod --
module example.com/dep/nested
-- nested/nested.go --
package nested
"""


def dep(word: int) -> str:
    return DEP.replace("WORD", str(word))


@pytest.fixture
def app(go_module: GoModule, go_proxy: ModuleProxy) -> GoModule:
    go_proxy.add(dep(1))
    go_module.write(
        {
            "go.mod": "module example.com/app\n\ngo 1.20\n\nrequire example.com/dep v1.0.0\n",
            "go.sum": go_proxy.go_sum,
            "app.go": 'package app\n\nimport "example.com/dep"\n\nvar Word = dep.Word()\n',
        }
    )
    return go_module


def test_a_module_is_downloaded_once(app: GoModule, go_proxy: ModuleProxy, gomodcache: ModuleCache) -> None:
    result = app.build("./...")
    assert_downloaded(result, "example.com/dep@v1.0.0")
    assert result.downloads == gomodcache.entries() == ("example.com/dep@v1.0.0",)
    assert set(go_proxy.requests) >= {f"example.com/dep/@v/v1.0.0.{kind}" for kind in ("zip", "mod")}
    # What only the dependency imports is warm as well.
    assert result.compiled == {"example.com/app", "example.com/dep"}
    assert "container/ring" in result.cached
    asked = len(go_proxy.requests)
    assert_no_downloads(app.build("./..."))
    assert len(go_proxy.requests) == asked


def test_go_sum_is_what_go_itself_writes(app: GoModule, go_proxy: ModuleProxy) -> None:
    app.remove("go.sum")
    app.go("mod", "tidy")
    assert app.read("go.sum") == go_proxy.go_sum
    assert app.go("mod", "verify").stdout == "all modules verified\n"


def test_what_go_leaves_out_of_a_module_is_left_out(app: GoModule, gomodcache: ModuleCache) -> None:
    app.build("./...")
    module = gomodcache.path / "example.com" / "dep@v1.0.0"
    assert {path.name for path in module.rglob("*")} == {"dep.go", "go.mod"}


def test_an_upgrade(app: GoModule, go_proxy: ModuleProxy) -> None:
    app.build("./...")
    assert go_proxy.add(dep(2), "v1.1.0") == "example.com/dep@v1.1.0"
    app.go("get", "example.com/dep@latest")
    result = app.build("./...")
    assert_only_rebuilt(result, "./...", "example.com/dep")
    assert "v1.1.0" in app.read("go.mod")


def test_a_folder_and_names_in_upper_case(app: GoModule, go_proxy: ModuleProxy, tmp_path: Path) -> None:
    folder = tmp_path / "module"
    (folder / "vendor" / "x").mkdir(parents=True)
    (folder / "nested").mkdir()
    (folder / "go.mod").write_text("module example.com/Loud/v2\n\ngo 1.20\n")
    (folder / "loud.go").write_text("package loud\n\nconst Voice = 1\n")
    (folder / "vendor" / "x" / "x.go").write_text("package x\n")
    (folder / "nested" / "go.mod").write_text("module example.com/Loud/v2/nested\n")
    assert go_proxy.add(folder, "v2.3.4-rc.1") == "example.com/Loud/v2@v2.3.4-rc.1"
    app.go("get", "example.com/Loud/v2@v2.3.4-rc.1")
    app.write("loud.go", 'package app\n\nimport "example.com/Loud/v2"\n\nconst Voice = loud.Voice\n')
    app.build("./...")
    assert "example.com/!loud/v2/@v/v2.3.4-rc.1.zip" in go_proxy.requests
    assert sorted(path.name for path in (go_proxy.sources / "example.com/Loud/v2@v2.3.4-rc.1").rglob("*.*")) == [
        "go.mod",
        "loud.go",
    ]


def test_gos_own_archives(go_module: GoModule, go_proxy: ModuleProxy) -> None:
    goroot = go_module.toolchain.goroot / "src" / "cmd" / "go" / "testdata" / "mod"
    if not goroot.is_dir():
        pytest.skip("this toolchain came without the go command's test data")
    served = go_proxy.load(goroot)
    assert "rsc.io/quote@v1.5.2" in served
    go_module.write("main.go", 'package main\n\nimport "rsc.io/quote"\n\nfunc main() { println(quote.Hello()) }\n')
    go_module.go("get", "rsc.io/quote@v1.5.2")
    assert go_module.run(".").stderr == "Hello, world.\n"


def test_as_files(app: GoModule, go_proxy: ModuleProxy) -> None:
    app.env["GOPROXY"] = go_proxy.file_url
    assert_downloaded(app.build("./..."), "example.com/dep")
    assert go_proxy.requests == ()


def test_what_is_not_served_is_not_found(app: GoModule, go_proxy: ModuleProxy) -> None:
    result = app.go("get", "example.com/elsewhere@v1.0.0", check=False)
    assert result.returncode != 0
    assert f"reading {go_proxy.url}/example.com/elsewhere/@v/v1.0.0.info: 404 Not Found" in result.stderr
    assert "example.com/elsewhere/@v/v1.0.0.info" in go_proxy.requests


@pytest.mark.parametrize(
    "path", ["/../sources/example.com/dep@v1.0.0/dep.go", "/%2e%2e/sources/example.com/dep@v1.0.0/dep.go"]
)
def test_nothing_beside_the_modules_is_served(go_proxy: ModuleProxy, path: str) -> None:
    go_proxy.add(dep(1))
    assert (go_proxy.path / unquote(path).lstrip("/")).is_file()
    # Not through Go, nor through a library that makes a URL canonical: both would ask for another path.
    address = urlsplit(go_proxy.url)
    statuses = []
    for asked in (path, "/example.com/dep/@v/list"):
        connection = http.client.HTTPConnection(f"{address.hostname}", address.port, timeout=10)
        connection.request("GET", asked)
        statuses.append(connection.getresponse().status)
        connection.close()
    assert statuses == [404, 200]
    assert go_proxy.requests[0] == unquote(path).lstrip("/")


def test_with_a_wrong_sum_go_refuses_the_module(app: GoModule, go_proxy: ModuleProxy) -> None:
    app.write("go.sum", re.sub(r"h1:.", "h1:x", go_proxy.go_sum))
    assert "checksum mismatch" in app.build("./...", check=False).stderr


def test_another_machine_downloads_again(app: GoModule, gomodcache: ModuleCache) -> None:
    app.build("./...")
    assert_downloaded(app.on_new_machine().build("./..."), "example.com/dep")
    assert_no_downloads(app.on_new_machine(restore=[gomodcache]).build("./..."))


@pytest.mark.parametrize(
    ("source", "version", "message"),
    [
        ("-- dep.go --\npackage dep\n", "v1.0.0", "no go.mod with a module path"),
        (dep(1), "1.0.0", "'1.0.0' is not a module version like v1.2.3"),
        (dep(1), "v2.0.0", "needs the module path example.com/dep/v2 in its go.mod"),
        ({"go.mod": "module example.com/dep/v3\n"}, "v2.0.0", "needs a version v3.x.y, not v2.0.0"),
        ("nowhere", "v1.0.0", "'nowhere' is neither a folder nor a txtar text"),
        (dep(2), "v1.0.0", "example.com/dep@v1.0.0 is served already, with different content"),
    ],
)
def test_mistakes_are_named(go_proxy: ModuleProxy, source: str | dict[str, str], version: str, message: str) -> None:
    go_proxy.add(dep(1))
    with pytest.raises(UsageError, match=re.escape(message)):
        go_proxy.add(source, version)


def test_a_folder_without_archives_is_named(go_proxy: ModuleProxy, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there is no archive like .*_v1.0.0.txt in "):
        go_proxy.load(tmp_path)
