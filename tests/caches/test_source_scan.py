"""What a command's sources and flags say of the standard packages that it needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_gocache.caches.source_scan import SourceScan, named_std_packages
from pytest_gocache.golang.command_line import GoArguments
from pytest_gocache.golang.version import GoVersion
from pytest_gocache.host.toolchain import GoToolchain


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def importing(path: str) -> str:
    return f'package p\n\nimport "{path}"\n'


def test_the_imports_of_every_go_file_are_found_but_for_those_that_go_leaves_out(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            "go.mod": "module example.com/app\n",
            "main.go": importing("fmt"),
            "main_test.go": importing("testing"),
            "lib/lib_windows.go": importing("os/exec"),
            "lib/notes.txt": importing("no/text"),
            "testdata/x.go": importing("no/testdata"),
            "_old/x.go": importing("no/underscore"),
            ".git/x.go": importing("no/dot"),
        },
    )
    found = SourceScan().read(root)
    assert found.imports == {"fmt", "testing", "os/exec"}
    assert found.modules == {".": "example.com/app"}


def test_local_modules_that_go_mod_and_go_work_refer_to_are_read_too(tmp_path: Path) -> None:
    root = write(
        tmp_path / "app",
        {
            "go.mod": "module example.com/app\n\nreplace example.com/beside => ../beside\n",
            "go.work": "go 1.25\n\nuse (\n\t.\n\t./tools\n)\n",
            "tools/go.mod": "module example.com/tools\n",
            "tools/t.go": importing("net/http"),
        },
    )
    write(tmp_path / "beside", {"go.mod": "module example.com/beside\n", "b.go": importing("io")})
    write(tmp_path / "unrelated", {"u.go": importing("no/unrelated")})
    found = SourceScan().read(root, [tmp_path / "nowhere"])
    assert found.imports == {"net/http", "io"}
    assert found.modules == {".": "example.com/app", "tools": "example.com/tools"}


def test_a_file_that_changes_is_read_again_and_one_that_goes_is_forgotten(tmp_path: Path) -> None:
    root, scan = write(tmp_path, {"a.go": importing("fmt"), "b.go": importing("io")}), SourceScan()
    assert scan.read(root).imports == {"fmt", "io"}
    write(root, {"a.go": importing("net/http")})
    (root / "b.go").unlink()
    assert scan.read(root).imports == {"net/http"}


def test_dangling_links_and_circles_of_modules_do_no_harm(tmp_path: Path) -> None:
    root = write(tmp_path / "a", {"go.mod": "module a\nreplace b => ../b\n", "a.go": importing("fmt")})
    write(tmp_path / "b", {"go.mod": "module b\nreplace a => ../a\n"})
    (root / "dangling.go").symlink_to(tmp_path / "nothing")
    assert SourceScan().read(root).imports == {"fmt"}


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"lib/lib.go": "//go:build linux\n\npackage lib\n"},
        {"lib/more.go": "package lib\n"},
        {"go.mod": "module n\n"},
        {"go.work": "use ."},
    ],
)
def test_the_layout_of_a_module_is_the_same_in_any_folder(tmp_path: Path, change: dict[str, str]) -> None:
    files = {"go.mod": "module m\n", "lib/lib.go": "package lib\n"}
    for name, content in (("one", files), ("two", {**files, **change})):
        for path, text in content.items():
            (tmp_path / name / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / path).write_text(text, encoding="ascii")
    scan = SourceScan()
    one, two = (scan.read(tmp_path / name).layout for name in ("one", "two"))
    assert (one == two) is (not change)


@pytest.fixture
def toolchain(tmp_path: Path) -> GoToolchain:
    src = tmp_path / "go" / "src"
    for package in ("fmt", "net", "net/http", "net/http/testdata", "cmd/go", "empty"):
        (src / package).mkdir(parents=True)
        if package != "empty":
            (src / package / "x.go").write_text("package x\n", encoding="ascii")
    (src / "netx_test").mkdir()
    (src / "netx_test" / "x_test.go").write_text("package x\n", encoding="ascii")
    return GoToolchain(tmp_path / "go", GoVersion.parse("go1.27.3"), {"CC": "", "CXX": ""}, "compile version go1.27.3")


@pytest.mark.parametrize(
    ("line", "packages"),
    [
        ("build ./...", set()),
        ("build fmt", {"fmt"}),
        ("test net/... fmt", {"net", "net/http", "fmt"}),
        ("build std", {"fmt", "net", "net/http"}),
        ("build ...", set()),
        ("build example.com/app", set()),
        ("run main.go", set()),
        ("install example.com/x@latest", set()),
    ],
)
def test_standard_packages_that_a_command_names_itself(line: str, packages: set[str], toolchain: GoToolchain) -> None:
    assert named_std_packages(GoArguments.read(line.split(), ""), toolchain) == packages


STARTS_GO = 'package p\n\nimport "os/exec"\n\nvar c = exec.Command("go", "list")\n'


@pytest.mark.parametrize(
    ("file", "counts"),
    [
        ("gen/gen.go", True),
        ("vendored/v.go", True),
        ("tools/go_test.go", True),
        ("../beside/b.go", True),
        ("vendor/example.com/dep/d.go", False),
        ("testdata/t.go", False),
        ("../more/m.go", False),
    ],
)
def test_the_files_through_which_a_test_may_start_go(tmp_path: Path, file: str, *, counts: bool) -> None:
    root = write(
        tmp_path / "app",
        {"go.mod": "module example.com/app\n\nreplace example.com/beside => ../beside\n", "z/z.go": importing("fmt")},
    )
    write(tmp_path / "beside", {"go.mod": "module example.com/beside\n"})
    write(root, {file: STARTS_GO})
    assert SourceScan().read(root, [tmp_path / "more"]).starts_go == (file if counts else "")


def test_a_repository_below_a_folder_named_vendor_is_not_vendored(tmp_path: Path) -> None:
    root = write(tmp_path / "vendor" / "app", {"go.mod": "module example.com/app\n", "gen/gen.go": STARTS_GO})
    assert SourceScan().read(root).starts_go == "gen/gen.go"
