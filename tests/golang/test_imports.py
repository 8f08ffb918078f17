"""imports_of: what a Go file imports, without parsing the rest of it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, strategies as st

from pytest_gocache.golang.imports import imports_of, starts_go


@pytest.mark.parametrize(
    ("source", "imports"),
    [
        pytest.param("", (), id="empty"),
        pytest.param("package a", (), id="no imports"),
        pytest.param("package a\n\nfunc F() {}\n", (), id="code only"),
        pytest.param('import "fmt"\n', (), id="no package clause"),
        pytest.param('package a\nimport "fmt"\n', ("fmt",), id="one"),
        pytest.param('package a; import "fmt"; import "os"', ("fmt", "os"), id="semicolons"),
        pytest.param('package a\nimport"fmt"\n', ("fmt",), id="no space"),
        pytest.param("package a\nimport `fmt`\n", ("fmt",), id="raw string"),
        pytest.param('package a\nimport (\n\t"fmt"\n\t"net/http"\n)\n', ("fmt", "net/http"), id="group"),
        pytest.param('package a\nimport ("fmt"; "os")\nimport ("io")', ("fmt", "os", "io"), id="groups in one line"),
        pytest.param("package a\nimport ()\n", (), id="empty group"),
        pytest.param('package a\nimport ()\nimport "fmt"\n', ("fmt",), id="after an empty group"),
        pytest.param(
            'package a\nimport f "fmt"\nimport . "os"\nimport _ "embed"\n', ("fmt", "os", "embed"), id="named"
        ),
        pytest.param(
            'package a\nimport (\n\tf "fmt"\n\t. "os"\n\t_ "embed"\n)', ("fmt", "os", "embed"), id="named in a group"
        ),
        pytest.param('package a\nimport déjà2_vu "fmt"\n', ("fmt",), id="a name with letters of any script"),
        pytest.param('package a\nimport f"fmt"\n', ("fmt",), id="name without space"),
        pytest.param('package a\n\n/*\n#include <stdio.h>\n*/\nimport "C"\n\nimport "fmt"\n', ("C", "fmt"), id="cgo"),
        pytest.param('package a\n// #include "x.h"\n// import "no"\nimport "C"\n', ("C",), id="cgo in line comments"),
        pytest.param('\ufeffpackage a\nimport "fmt"\n', ("fmt",), id="byte order mark"),
        pytest.param(
            '//go:build linux && !cgo\n// +build linux\n\npackage a\nimport "fmt"\n', ("fmt",), id="build tags"
        ),
        pytest.param('/* a\n b */ package /* c */ a // d\nimport "fmt"\n', ("fmt",), id="comments round the clause"),
        pytest.param('package a\r\n\r\nimport (\r\n\t"fmt" // x\r\n\t"os"\r\n)\r\n', ("fmt", "os"), id="CRLF"),
        pytest.param(
            'package a\nimport ( // "no"\n\t/* "no" */ f /* "no" */ "fmt" // "no"\n\t/* "no"\n\t"no" */ "os"\n)\n',
            ("fmt", "os"),
            id="comments with paths in them",
        ),
        pytest.param('package a\nimport /* x */ // y\n\t"fmt"\n', ("fmt",), id="comments before the path"),
        pytest.param('package a\nimport ("a//b"; "c/*d"; `e*/`)', ("a//b", "c/*d", "e*/"), id="comment signs in paths"),
        pytest.param('package a\nimport "fmt"\nconst s = `\nimport "no"\n`\n', ("fmt",), id="import in a raw string"),
        pytest.param('package a\nconst s = "import \\"no\\""\n', (), id="import in a string"),
        pytest.param('package a\nvar x = 1\nimport "no"\n', (), id="after code"),
        pytest.param('package a\nimport "fmt"\nfunc importer() {}\n', ("fmt",), id="a name that begins with import"),
        pytest.param('package a\nimport "fmt"\nvar imports = "x"\n', ("fmt",), id="a variable named imports"),
        pytest.param('package importer\nimport "fmt"\n', ("fmt",), id="a package named importer"),
        pytest.param('package a\nimport "fmt"\nimport "os\n', ("fmt",), id="an open string"),
        pytest.param('package a\nimport "fmt"\n/* open', ("fmt",), id="an open comment"),
        pytest.param('package a\n/* import "no"', (), id="an import in an open comment"),
        pytest.param('package a // package b\n\nimport "fmt" // the end', ("fmt",), id="no newline at the end"),
        pytest.param('package a\nimport "fmt"\nimport "fmt"\n', ("fmt", "fmt"), id="twice"),
        pytest.param('package a\n/* one */\nvar s = `\n/* two */ import "no"\n`\n', (), id="comments round code"),
    ],
)
def test_imports_are_what_go_would_import(source: str, imports: tuple[str, ...]) -> None:
    assert imports_of(source) == imports


def test_what_follows_a_syntax_error_is_left_out() -> None:
    assert "no" not in imports_of('package a\nimport ( "fmt" /* one */ ; x = 1 /* two */ "no" )\nimport "no"\n')


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("package a\n" + "/* x */\n" * 200 + "func F() {}\n", id="before code"),
        pytest.param("/* x */\n" * 200 + "func F() {}\n", id="before a missing package clause"),
        pytest.param("package a\nimport (\n" + "/* x */\n" * 200 + '"fmt" ?)\n', id="in a group with an error"),
        pytest.param("package a\n" + "// x\n" * 5000 + "func F() {}\n", id="line comments"),
        pytest.param("package a\nimport (\n" + 'x "y" // z\n' * 5000 + "?)\n", id="a long group with an error"),
    ],
)
def test_many_comments_take_no_time(source: str) -> None:
    # In a process of its own: a regular expression that runs away cannot be interrupted.
    program = "import sys; from pytest_gocache.golang.imports import imports_of; imports_of(sys.stdin.read())"
    subprocess.run([sys.executable, "-c", program], input=source, text=True, timeout=10, check=True)


PATHS = st.from_regex(r"[a-zA-Z0-9.~_-]{1,8}(/[a-zA-Z0-9.+_-]{1,8}){0,3}", fullmatch=True)
NAMES = st.sampled_from(["", "", "f", ".", "_", "import_", "package1", "ünï"])
COMMENT_TEXT = st.text(
    alphabet=st.characters(codec="utf-8", exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=10
)
COMMENTS = (
    st.sampled_from(["", "", "\n"])
    | COMMENT_TEXT.map(lambda t: f"//{t}\n")
    | COMMENT_TEXT.map(lambda t: "/*" + t.replace("*/", "").removesuffix("*") + "*/").filter(
        lambda c: c.count("*/") == 1
    )
)


@st.composite
def go_files(draw: st.DrawFn) -> tuple[str, tuple[str, ...]]:
    """A Go file, and the paths that it imports."""
    wanted: list[str] = []

    def spec() -> str:
        path = draw(PATHS)
        wanted.append(path)
        mark = draw(st.sampled_from('"`'))
        return f"{draw(NAMES)} {draw(COMMENTS)}{mark}{path}{mark}"

    text = draw(st.sampled_from(["", "\ufeff"])) + draw(COMMENTS) + "package " + draw(COMMENTS) + "main"
    for _ in range(draw(st.integers(0, 3))):
        text += draw(st.sampled_from(["\n", ";", " // x\n"])) + draw(COMMENTS) + "import " + draw(COMMENTS)
        if draw(st.booleans()):
            text += spec()
        else:
            specs = [spec() + draw(st.sampled_from(["\n", ";", "; // y\n"])) for _ in range(draw(st.integers(0, 3)))]
            text += "(" + draw(COMMENTS) + "".join(s + draw(COMMENTS) for s in specs) + ")"
    text += "\n" + draw(
        st.sampled_from(["", 'var s = "import"\n', 'func f() { g(`\nimport "no"\n`) }\n', "// import\n"])
    )
    return text, tuple(wanted)


@given(go_files(), st.sampled_from(["\n", "\r\n"]))
def test_generated_files_give_back_what_was_put_in(file: tuple[str, tuple[str, ...]], newline: str) -> None:
    source, wanted = file
    assert imports_of(source.replace("\n", newline)) == wanted


RUNS = 'package p\n\nimport "os/exec"\n\n'


@pytest.mark.parametrize(
    ("source", "starts"),
    [
        pytest.param(RUNS + 'var c = exec.Command("go", "list")\n', True, id="command"),
        pytest.param(RUNS + "var c = exec.Command(`go`)\n", True, id="raw string"),
        pytest.param(RUNS + 'var c = exec.Command("sh", "-c", "go build ./...")\n', True, id="shell"),
        pytest.param(RUNS + 'var path = filepath.Join(runtime.GOROOT(), "bin", "go")\n', True, id="path"),
        pytest.param(RUNS + 'var c = exec.Command("git", "gone", "go.mod", "let us go")\n', False, id="other words"),
        pytest.param('package p\n\nvar language = "go"\n', False, id="starts nothing"),
        pytest.param(RUNS.replace("package p", "package main") + 'var c = exec.Command("go")\n', False, id="main"),
        pytest.param(
            RUNS.replace("package p", "package main") + 'import "testing"\n\nvar c = exec.Command("go")\n',
            True,
            id="test of main",
        ),
        pytest.param(RUNS.replace("package p", "package domain") + 'var c = exec.Command("go")\n', True, id="domain"),
    ],
)
def test_a_file_that_may_start_go(source: str, *, starts: bool) -> None:
    assert starts_go(source, imports_of(source)) is starts
