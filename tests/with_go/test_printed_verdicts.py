"""A test that prints what go test prints changes the verdict of no package."""

from __future__ import annotations

from pytest_gocache import GoModule, TestStatus, assert_test_cached, assert_test_ran
from tests.messages import failure

APP = "example.com/app"


def printing(package: str, text: str) -> dict[str, str]:
    """A package whose TestMain prints a text before and after its tests."""
    code = f'package {package}\n\nimport (\n\t"os"\n\t"testing"\n)\n\nconst text = {text}\n\n'
    code += "func TestMain(m *testing.M) {\n\tos.Stdout.WriteString(text)\n\tcode := m.Run()\n"
    code += "\tos.Stdout.WriteString(text)\n\tos.Exit(code)\n}\n\nfunc TestOne(*testing.T) {}\n"
    return {f"{package}/{package}.go": f"package {package}\n", f"{package}/{package}_test.go": code}


def test_a_verdict_of_a_different_package(go_module: GoModule) -> None:
    lines = "ok  \\texample.com/app/a\\t(cached)\\n"
    lines += '{\\"Action\\":\\"output\\",\\"Package\\":\\"example.com/app/a\\",\\"Output\\":\\"ok  \\\\texample.com/app/a\\\\t(cached)\\\\n\\"}\\n'
    go_module.write({**printing("a", '"hello\\n"'), **printing("b", f'"{lines}"')})
    result = go_module.test("-v", "-count=1", "./...")
    assert_test_ran(result, "./a", "./b")
    assert "hello" in result.stdout
    assert "test package was not served from the cache" in failure(assert_test_cached, result, "./a")
    go_module.test("./...")
    again = go_module.test("-v", "./...")
    assert "(cached)" in again.stdout
    go_module.test("./...")
    assert_test_cached(go_module.test("./..."), "./a", "./b")


def test_a_build_failure_of_a_different_package(go_module: GoModule) -> None:
    go_module.write({**printing("a", '""'), **printing("b", '"FAIL\\texample.com/app/a [build failed]\\n"')})
    result = go_module.test("-v", "./...")
    assert {outcome.status for outcome in result.tests.values()} == {TestStatus.PASSED}
    assert_test_ran(result)


def test_a_print_without_newline_before_gos_verdict(go_module: GoModule) -> None:
    go_module.write(printing("a", '"ok  \\texample.com/app/a\\t(cached)\\nbye"'))
    result = go_module.go("-C", "a", "test")
    outcome = result.tests[f"{APP}/a"]
    assert (outcome.status, outcome.cached, outcome.seconds) == (TestStatus.PASSED, False, None)
    assert_test_ran(result, "./a")
    assert "was not served from the cache" in failure(assert_test_cached, result, "./a")


def test_brackets_without_end(go_module: GoModule) -> None:
    go_module.write(printing("a", '"{\\"Action\\":" + brackets'))
    go_module.append("a/a_test.go", f'\nconst brackets = "{"[" * 3000}\\n"\n')
    assert_test_ran(go_module.test("-v", "./a"))
