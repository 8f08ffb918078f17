"""changed_inputs: each kind of line that Go hashes, in a Go engineer's words."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from pytest_gocache.explain.key_inputs import changed_inputs
from pytest_gocache.golang.hashlog import HashBlock
from pytest_gocache.results.inputs import Change
from pytest_gocache.results.result import Result
from tests.recorded_results import FROM_NOTHING, blocks_of


def block(*lines: str) -> HashBlock:
    return HashBlock("build example.com/p", lines, "0" * 64)


def one_change(old: str | None, new: str | None) -> Change:
    (change,) = changed_inputs(block(*filter(None, [old])), block(*filter(None, [new])))
    return change


@pytest.mark.parametrize(
    ("old", "new", "how", "lines"),
    [
        ("go1.26.6", "go1.27.3", "toolchain changed", ["- go1.26.6", "+ go1.27.3"]),
        (
            "go1.27.3",
            "devel go1.28-ab Mon Jan 2",
            "toolchain changed",
            ["- go1.27.3", "+ devel go1.28-ab Mon Jan 2"],
        ),
        ("dir /home/a/app\n", "dir /home/b b\n", "directory changed", ["- /home/a/app", "+ /home/b b"]),
        ("dir /home/a/app\n", None, "directory was removed", ["- /home/a/app"]),
        ("module m@v1.0.0\n", "module m@v1.0.1\n", "module version changed", ["- m@v1.0.0", "+ m@v1.0.1"]),
        ("go 1.21\n", "go 1.22\n", "language version in go.mod changed", ["- 1.21", "+ 1.22"]),
        (
            "goos linux goarch amd64\n",
            "goos windows goarch amd64\n",
            "target changed",
            ["- goos linux goarch amd64", "+ goos windows goarch amd64"],
        ),
        (None, "trimpath\n", "-trimpath was added", []),
        (None, "forcelibrary\n", "test variant was added", []),
        ('cgo "a"\n', 'cgo "b"\n', "cgo tool changed", ['- "a"', '+ "b"']),
        (
            'CC=["gcc"] ["-O2"] [] []\n',
            'CC=["clang"] ["-O2"] [] []\n',
            "C compiler command changed",
            ["- gcc", "+ clang"],
        ),
        (
            'CC=["gcc"] ["-I" "a]b"] ["-O2"] ["-lm"]\n',
            'CC=["gcc"] ["-I" "a]b"] ["-O2" "-g"] ["-lm"]\n',
            "cgo C flags changed",
            ["- -O2", "+ -O2 -g"],
        ),
        (
            'CC=["gcc"] ["-I" "a]b"] ["-O2"] ["-lm"]\n',
            'CC=["gcc"] ["-I" "b"] ["-O2"] ["-lm"]\n',
            "cgo preprocessor flags changed",
            ["- -I 'a]b'", "+ -I b"],
        ),
        ('CC=["gcc"] [] [] []\n', 'CC=["gcc"] [] [] ["-lm"]\n', "cgo linker flags changed", ["- (none)", "+ -lm"]),
        ('CC ID="1"\n', 'CC ID="2"\n', "C compiler identity changed", ['- "1"', '+ "2"']),
        ('CXX=["g++"] []\n', 'CXX=["clang++"] []\n', "C++ compiler command changed", ["- g++", "+ clang++"]),
        ('CXX ID="1"\n', 'CXX ID="2"\n', "C++ compiler identity changed", ['- "1"', '+ "2"']),
        ('cover "set" "id"\n', 'cover "atomic" "id"\n', "coverage mode changed", ["- set", "+ atomic"]),
        ('cover "set" "id"\n', 'cover "set" "id2"\n', "coverage tool changed", ['- "id"', '+ "id2"']),
        (None, 'fuzz ["-d=libfuzzer"]\n', "fuzzing instrumentation was added", ['+ ["-d=libfuzzer"]']),
        (
            "compile compile version go1.27.3 [] []\n",
            'compile compile version go1.27.3 [] ["-N" "-l"]\n',
            "compile flags changed",
            ["- (none)", "+ -N -l"],
        ),
        (
            'compile compile version go1.27.3 ["-race"] ["-m"]\n',
            'compile compile version go1.27.3 ["-race"] ["-d=x y"]\n',
            "compile flags changed",
            ["- -race -m", "+ -race '-d=x y'"],
        ),
        (
            "compile compile version go1.27.2 [] []\n",
            "compile compile version go1.27.3 [] []\n",
            "compiler changed",
            ["- compile version go1.27.2", "+ compile version go1.27.3"],
        ),
        (
            'asm "asm version go1.27.3" [] []\n',
            'asm "asm version go1.27.3" [] ["-D" "X"]\n',
            "assembler flags changed",
            ["- (none)", "+ -D X"],
        ),
        ("pgofile abc\n", "pgofile def\n", "PGO profile changed", ["- abc", "+ def"]),
        (None, "magic GOSSAFUNC=main\n", "GOSSAFUNC was added", ["+ main"]),
        ("GOAMD64=v1\n", "GOAMD64=v3\n", "GOAMD64 changed", ["- v1", "+ v3"]),
        (None, 'GOEXPERIMENT="rangefunc"\n', "GOEXPERIMENT was added", ['+ "rangefunc"']),
        ("file lib.go AAAA\n", "file lib.go BBBB\n", "file lib.go changed", []),
        (None, "file a file.go AAAA\n", "file a file.go was added", []),
        ("file old.go AAAA\n", None, "file old.go was removed", []),
        ("import m/lib AAAA\n", "import m/lib BBBB\n", "import m/lib changed", []),
        ("import unsafe \n", None, "import unsafe was removed", []),
        # Of a link:
        (
            "buildmode exe goos linux goarch amd64\n",
            "buildmode pie goos linux goarch amd64\n",
            "build mode changed",
            ["- exe", "+ pie"],
        ),
        (
            "link link version go1.27.3 [] exe\n",
            'link link version go1.27.3 ["-race"] exe\n',
            "link mode changed",
            ["- exe", "+ -race exe"],
        ),
        ("linkflags []\n", 'linkflags ["-X" "main.v=1 2"]\n', "link flags changed", ["- (none)", "+ -X 'main.v=1 2'"]),
        ('defaultgodebug ""\n', 'defaultgodebug "a=1"\n', "default GODEBUG settings changed", ['- ""', '+ "a=1"']),
        ("packagefile m/lib=AAAA\n", "packagefile m/lib=BBBB\n", "import m/lib changed", []),
        ("GOROOT=/a\n", "GOROOT=\n", "GOROOT changed", ["- /a", "+ (empty)"]),
        # Of a Go to come:
        (None, "quantum entangled\n", "input 'quantum entangled' was added", []),
    ],
)
def test_each_kind_of_line_has_its_words(old: str | None, new: str | None, how: str, lines: list[str]) -> None:
    change = one_change(old, new)
    assert change.how == how
    assert change.lines() == lines


def modinfo(**settings: str) -> str:
    text = "path\\tm/cmd\\nmod\\tm\\t(devel)\\t\\ndep\\td.com/x\\tv1.0.0\\th1:abc=\\n"
    return 'modinfo "' + text + "".join(f"build\\t{k}={v}\\n" for k, v in settings.items()) + '"\n'


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ({}, {"-ldflags": '\\"-X main.v=1\\"'}, [("build setting -ldflags was added", ['+ "-X main.v=1"'])]),
        (
            {"vcs.revision": "aa", "vcs.modified": "false"},
            {"vcs.revision": "bb", "vcs.modified": "true"},
            [
                ("build setting vcs.revision changed", ["- aa", "+ bb"]),
                ("build setting vcs.modified changed", ["- false", "+ true"]),
            ],
        ),
        ({"-tags": "a=b"}, {}, [("build setting -tags was removed", ["- a=b"])]),
    ],
)
def test_stamped_build_settings_change_one_by_one(
    old: dict[str, str], new: dict[str, str], changes: list[tuple[str, list[str]]]
) -> None:
    found = changed_inputs(block(modinfo(**old)), block(modinfo(**new)))
    assert [(c.how, c.lines()) for c in found] == changes
    assert all(c.stamped for c in found)


def test_a_stamped_dependencys_version_is_a_setting_of_its_own() -> None:
    (change,) = changed_inputs(block(modinfo()), block(modinfo().replace("v1.0.0", "v1.1.0")))
    assert change.how == "build setting dep d.com/x changed"
    assert change.lines() == ["- v1.0.0 h1:abc=", "+ v1.1.0 h1:abc="]


def test_the_main_packages_build_id_is_said_once() -> None:
    old = HashBlock("link m/cmd", ("packagefile m/cmd=AA\n", "packagemain K1/AA\n"), "0" * 64)
    new = HashBlock("link m/cmd", ("packagefile m/cmd=BB\n", "packagemain K2/BB\n"), "0" * 64)
    assert [c.how for c in changed_inputs(old, new)] == ["import m/cmd changed"]
    # Its action ID alone counts, too.
    same = HashBlock("link m/cmd", ("packagefile m/cmd=AA\n", "packagemain K2/AA\n"), "0" * 64)
    assert [c.how for c in changed_inputs(old, same)] == ["import m/cmd changed"]


def test_only_imports_and_linked_packages_name_an_import() -> None:
    assert one_change("import m/lib A\n", "import m/lib B\n").imported == "m/lib"
    assert one_change("packagefile m/lib=A\n", "packagefile m/lib=B\n").imported == "m/lib"
    assert one_change("file lib.go A\n", "file lib.go B\n").imported is None
    assert not one_change("file lib.go A\n", "file lib.go B\n").stamped


def test_changes_come_in_the_order_in_which_go_hashes_them() -> None:
    old = block("go1.26.6", "dir /a\n", "file gone.go A\n", "import m/x A\n")
    new = block("go1.27.3", "dir /b\n", "file new.go A\n", "import m/x B\n")
    assert [c.what for c in changed_inputs(old, new)] == [
        "toolchain",
        "directory",
        "file new.go",
        "import m/x",
        "file gone.go",
    ]


@pytest.mark.parametrize(("old", "new"), [(None, None), (None, block("go1.27.3")), (block("go1.27.3"), None)])
def test_an_unknown_block_says_nothing(old: HashBlock | None, new: HashBlock | None) -> None:
    assert changed_inputs(old, new) == ()


FILES = st.dictionaries(st.from_regex(r"[a-z]{1,3}( [a-z])?\.go", fullmatch=True), st.sampled_from(["A1", "B2", "C3"]))


@given(FILES, FILES)
def test_files_that_differ_are_the_changes(old: dict[str, str], new: dict[str, str]) -> None:
    blocks = [block(*(f"file {name} {content}\n" for name, content in files.items())) for files in (old, new)]
    found = {c.input.name: (c.old, c.new) for c in changed_inputs(*blocks)}
    assert found == {n: (old.get(n), new.get(n)) for n in {*old, *new} if old.get(n) != new.get(n)}


@given(st.lists(st.text(min_size=1)))
def test_equal_blocks_have_no_changes(lines: list[str]) -> None:
    assert changed_inputs(block(*lines), block(*lines)) == ()


WORDS = st.lists(st.from_regex(r"[a-z]{8,12}( [a-z]{1,4}){0,2}", fullmatch=True), unique=True)


@given(WORDS, WORDS)
def test_no_change_of_an_unknown_line_is_lost(old: list[str], new: list[str]) -> None:
    assert {c.what for c in changed_inputs(block(*old), block(*new))} == {f"input {line!r}" for line in {*old} ^ {*new}}


# What real go commands wrote.


APP = "example.com/app"
LIB_TEST = f"[{APP}/lib.test]"


@pytest.mark.parametrize("name", FROM_NOTHING)
def test_no_two_inputs_of_a_compile_or_link_share_a_name(first_commands: dict[str, Result], name: str) -> None:
    # The second would hide a change of the first.
    for block in blocks_of(first_commands[name]):
        if block.name.startswith(("build ", "link ")):
            # A main package's own two lines are one input: its content, and its key with its content.
            lines = tuple(line for line in block.inputs if not line.startswith("packagemain "))
            nothing = HashBlock(block.name, (), block.sum)
            one_by_one = [changed_inputs(HashBlock(block.name, (line,), block.sum), nothing) for line in lines]
            whole = HashBlock(block.name, lines, block.sum)
            assert len(changed_inputs(whole, nothing)) == sum(map(len, one_by_one)), block.name


def test_a_test_variant_differs_from_its_package_in_what_it_imports(first_commands: dict[str, Result]) -> None:
    by_id = {block.action_id: block for block in blocks_of(first_commands["test"])}
    keys = {action.package: action.action_id for action in first_commands["test"].compiles()}
    plain, variant = (by_id[keys[f"{APP}/ext{suffix}"]] for suffix in ("", f" {LIB_TEST}"))
    changes = {c.what: c for c in changed_inputs(plain, variant)}
    assert set(changes) == {"test variant", f"import {APP}/lib"}
    assert changes[f"import {APP}/lib"].imported == f"{APP}/lib"
    assert changes["test variant"].how == "test variant was added"
