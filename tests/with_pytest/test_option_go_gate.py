"""--go-gate and --gocache-json: two toolchains side by side, on one Go with two environments."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from inline_snapshot import snapshot

import pytest_gocache
from pytest_gocache.host.find_go import embedded_goroot, platform_of
from pytest_gocache.plugin.options import store_folder
from tests.with_pytest.inner_runs import LIB, embedded, run

# GOFLAGS of the candidate: results of tests are not cached any more, and nothing else is another.
CONFIG = """
[toolchains.now]
path = {goroot!r}

[toolchains.next]
path = {goroot!r}
env = {{ GOFLAGS = "-count=1" }}
"""
TESTS = """
import pytest

FILES = {
    "lib/lib.go": "package lib\\n\\nconst Word = 1\\n",
    "lib/lib_test.go": 'package lib\\n\\nimport "testing"\\n\\nfunc TestWord(t *testing.T) {}\\n',
}


@pytest.fixture
def module(go_module):
    go_module.write(FILES)
    return go_module


def test_twice(module):
    module.test("./lib")
    module.test("./lib")


@pytest.mark.parametrize("how", ["plain", "v"])
def test_flags(module, how):
    module.build("./lib")


def test_cached(module):
    module.test("./lib")
    assert module.test("./lib").tests["example.com/app/lib"].cached


def test_without_go():
    pass
"""
CHANGE = "test example.com/app/lib: cached -> passed"


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    goroot = str(embedded_goroot())
    (pytester.path / "gocache.toml").write_text(CONFIG.format(goroot=goroot), encoding="utf-8")
    pytester.makepyfile(test_suite=TESTS)
    return pytester


@pytest.fixture(autouse=True)
def store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store of the outer run: these tests are not about making one."""
    monkeypatch.setenv("STORE_OF_THE_OUTER_RUN", str(store_folder(request.config)))


def inner(pytester: pytest.Pytester, *args: str) -> pytest.RunResult:
    return run(pytester, Path(os.environ["STORE_OF_THE_OUTER_RUN"]), *args)


def gate(pytester: pytest.Pytester, *args: str) -> pytest.RunResult:
    return inner(pytester, "--go-gate=now..next", *args)


def accept(pytester: pytest.Pytester, **keys: str) -> None:
    lines = "".join(f"{name} = {value!r}\n" for name, value in keys.items())
    with (pytester.path / "gocache.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n[[accept]]\n{lines}")


def test_the_table_has_the_changed_cells_and_the_exit_status_says_so(suite: pytest.Pytester) -> None:
    result = gate(suite, "-k", "not cached")
    result.assert_outcomes(passed=7, deselected=2)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    lines = [line for line in result.stdout.lines if line]
    start = next(n for n, line in enumerate(lines) if "Go toolchain gate failed" in line)
    assert lines[start + 1 : start + 4] == snapshot(
        [
            "test_suite.py::test_twice  `go test ./lib` (step 2)",
            "  link example.com/app/lib.test  not run -> ran",
            "  test example.com/app/lib       cached -> passed",
        ]
    )
    assert lines[start + 4].startswith("now..next: 2 changes, 3 tests compared; go commands took ")


def test_less_work_passes_the_gate_unless_it_is_strict(suite: pytest.Pytester) -> None:
    for args, verdict, status in (((), "passed", 0), (("--go-gate-strict",), "failed", 1)):
        result = inner(suite, "--go-gate=next..now", "-k", "twice", *args)
        assert result.ret == status
        result.stdout.fnmatch_lines(
            [f"*Go toolchain gate {verdict}*", "  test example.com/app/lib * passed -> cached*"]
        )
        assert ("improvement: less work" in result.stdout.str()) is (status == 0)


def test_a_test_that_fails_only_on_the_candidate_fails_the_gate(suite: pytest.Pytester) -> None:
    result = gate(suite, "-k", "test_cached")
    result.assert_outcomes(passed=1, failed=1, deselected=7)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["test_suite.py::test_cached", "  verdict * passed -> failed (*assert*"])


def test_what_is_accepted_passes_with_its_reason(suite: pytest.Pytester) -> None:
    accept(suite, test="test_suite.py::*", change="* example.com/app/lib*", reason="we ask for it")
    accept(suite, test="test_suite.py::test_cached", change="verdict: passed -> failed*", reason="it is known")
    accept(suite, test="test_suite.py::test_cached", change="vet *", reason="long gone")
    result = gate(suite)
    # A failure that is accepted is one for pytest, and none for the gate.
    result.assert_outcomes(passed=8, failed=1)
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(
        [
            "*Go toolchain gate passed*",
            "  verdict * passed -> failed (*accepted: it is known",
            "*cached -> passed*  accepted: we ask for it",
            "gocache.toml accepts a change that did not happen: test = *::test_cached', *change = 'vet [*]'",
            "now..next: no change, * accepted, 4 tests compared*",
        ]
    )


def test_files_for_machines_say_the_same_with_workers_and_without(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for name, args in (("alone", ()), ("workers", ("-n", "2"))):
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(suite.path / f"{name}.md"))
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
        files = (f"--gocache-json={name}/out.json", f"--junitxml={name}.xml")
        result = gate(suite, *files, *args)
        assert result.ret == pytest.ExitCode.TESTS_FAILED
        result.stdout.fnmatch_lines(
            [f"::error file=test_suite.py,line=*,title=Go next%3A test example.com/app/lib::*: {CHANGE}"]
        )
        found.append(json.loads((suite.path / name / "out.json").read_text(encoding="utf-8")))
        assert f"### Go toolchain gate failed: {'now..next'}: " in (suite.path / f"{name}.md").read_text()
        assert (suite.path / f"{name}.md").read_text().startswith("### Go build-cache tests: 1 of 8 failed")
        _check_junit(suite.path / f"{name}.xml")
    for data in found:
        for test in data["tests"]:
            test["message"] = re.sub(r"seconds=[\d.]+", "", test["message"])
            for command in test["commands"]:
                del command["seconds"], command["started"]
                # Numbers of packages follow the order of the tests, and times differ.
                command["actions"] = sorted(
                    (kind, data["packages"][package]["name"], status)
                    for kind, package, status, *_ in command["actions"]
                )
        data["packages"].sort(key=lambda package: str(package["name"]))
        del data["gate"]["seconds"], data["run"]["started"]
        assert {toolchain["toolchain"] for toolchain in data["toolchains"]} == {"now", "next"}
        data["toolchains"].sort(key=lambda toolchain: toolchain["toolchain"])
        data["tests"].sort(key=lambda test: (test["test"], test["toolchain"]))
    assert found[0] == found[1]
    assert {(test["test"], test["toolchain"]) for test in found[0]["tests"]} == {
        (f"test_suite.py::{name}", side)
        for name in ("test_twice", "test_flags[plain]", "test_flags[v]", "test_cached")
        for side in ("now", "next")
    }


def _check_junit(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert '<property name="gocache.gate" value="now..next" />' in text
    assert '<property name="gocache.gate.passed" value="false" />' in text
    assert re.search(rf'<property name="gocache.change.\d+" value="[^"]*{CHANGE.replace(">", "&gt;")}" />', text)
    case = text[text.index('name="test_twice[next]"') :].partition("</testcase>")[0]
    assert '<property name="gocache.toolchain" value="next" />' in case
    assert '<property name="gocache.commands" value="2" />' in case


def test_json_without_a_gate_says_which_go_and_why(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(pytester.path.parent))
    pytester.makepyfile(TESTS)
    files = ("--gocache-json=out.json", "--junitxml=out.xml")
    inner(pytester, *files, "-k", "twice").assert_outcomes(passed=1, deselected=4)
    data = json.loads((pytester.path / "out.json").read_text(encoding="utf-8"))
    (test,) = data["tests"]
    assert (test["toolchain"], test["outcome"], data["gate"]) == ("default", "passed", None)
    assert [command["states"]["test example.com/app/lib"] for command in test["commands"]] == ["passed", "cached"]
    assert "compile std" in test["commands"][0]["states"]
    first, second = ([(cause["kind"], cause["code"]) for cause in command["causes"]] for command in test["commands"])
    assert ("compile", "FIRST_TIME") in first
    assert second == []
    assert data["run"]["pytest-gocache"] == pytest_gocache.__version__
    assert data["run"]["repository"] is None
    (toolchain,) = data["toolchains"]
    version = (embedded() / "VERSION").read_text(encoding="utf-8").split("\n")[0]
    platform = f"{toolchain['goos']}/{toolchain['goarch']}"
    assert (toolchain["toolchain"], toolchain["go"], platform) == ("default", version, platform_of(embedded()))
    junit = (pytester.path / "out.xml").read_text(encoding="utf-8")
    assert f'<property name="gocache.go" value="{version}" />' in junit
    assert f'<property name="gocache.started" value="{data["run"]["started"]}" />' in junit


def test_json_of_a_run_in_which_each_worker_runs_all_tests_has_both_runs(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_it=f"""
        import os

        def test_build(go_module):
            {LIB}
            go_module.build("./...")
            assert os.environ["PYTEST_XDIST_WORKER"] != "gw0"
        """
    )
    inner(pytester, "--dist=each", "--tx=2*popen", "--gocache-json=out.json")
    data = json.loads((pytester.path / "out.json").read_text(encoding="utf-8"))
    assert [(test["test"], test["outcome"], len(test["commands"])) for test in data["tests"]] == [
        ("test_it.py::test_build on gw0", "failed", 1),
        ("test_it.py::test_build on gw1", "passed", 1),
    ]


def test_with_each_the_gate_compares_the_two_runs_of_each_worker(suite: pytest.Pytester) -> None:
    accept(suite, test="test_suite.py::test_twice on gw*", command="*", change="*", reason="known")
    result = gate(suite, "--dist=each", "--tx=2*popen", "-k", "twice")
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["now..next: no change, 4 accepted, 2 tests compared*"])


def test_named_toolchains_are_run_without_an_option(suite: pytest.Pytester) -> None:
    result = inner(suite, "-k", "flags", "-v")
    result.assert_outcomes(passed=4, deselected=5)
    result.stdout.fnmatch_lines_random(["*test_flags[[]*now*[]] PASSED*", "*test_flags[[]*next*[]] PASSED*"])


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--go-gate=now",), "--go-gate=now: write BASE..CANDIDATE"),
        (("--go-gate=now..",), "--go-gate=now..: write BASE..CANDIDATE"),
        (("--go-gate=now..now",), "--go-gate=now..now: base and candidate are the same"),
        (("--go-gate=a..b..c",), "--go-gate=a..b..c: write BASE..CANDIDATE"),
        (("--go-gate-strict",), "--go-gate-strict needs --go-gate"),
        (("--go-gate=now..next", "--go-toolchain=next"), "--go-gate names both toolchains"),
        (
            ("--go-gate=now..next", "-d", "--tx=popen", "--tx=ssh=nowhere.invalid"),
            "--go-gate=now..next: the two runs of a test could be on different hosts",
        ),
        (("--go-gate=now..nxt",), "--go-toolchain=nxt: there is no such path, and it is not a version"),
    ],
)
def test_a_gate_that_makes_no_sense_is_refused(suite: pytest.Pytester, args: tuple[str, ...], said: str) -> None:
    result = inner(suite, *args)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {said}*"])


def test_a_mistake_in_the_file_is_told_before_any_test_runs(suite: pytest.Pytester) -> None:
    accept(suite, test="x", resaon="y")
    result = gate(suite)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: *gocache.toml: there is no key *resaon'; did you mean 'reason'[?]"])
