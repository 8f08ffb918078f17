"""What a Result says of real go commands, held against what Go itself says by other means."""

from __future__ import annotations

import pytest

from pytest_gocache import (
    Action,
    ActionGraphError,
    BuildCache,
    GoCommandError,
    GoModule,
    GoTimeoutError,
    GoToolchain,
    Kind,
    ModuleCache,
    NoEvidenceError,
    Status,
    TestStatus,
    assert_cached,
)
from pytest_gocache.golang.hashlog import parse_hash_log
from pytest_gocache.run import go_command

OWN = {f"example.com/app/{name}" for name in ("api", "cmd/app", "lib", "lone")}


def test_a_first_build_compiles_and_a_second_does_not(app: GoModule) -> None:
    first = app.build("./...")
    second = app.build("./...")

    assert first.compiled == OWN
    assert second.compiled == set()
    assert second.cached >= OWN
    assert first.packages == second.packages
    assert "fmt" in first.std
    assert first.step == 1
    assert second.step == 2
    assert second.previous is first


def test_the_packages_are_those_that_go_list_names(app: GoModule) -> None:
    listed = app.go("list", "-deps", "./...").stdout.split()

    # unsafe is no package that anything compiles.
    assert app.build("./...").packages == set(listed) - {"unsafe"}


def test_test_variants_are_named_as_go_list_names_them(app: GoModule) -> None:
    listed = set(app.go("list", "-test", "-deps", "./lib").stdout.splitlines()) - {"unsafe"}

    result = app.test("./lib")

    # go list names the package itself too; its tests need only the variant, so go test never considers it.
    assert {n for n in result.packages if "example.com" in n} == {n for n in listed if "example.com" in n} - {
        "example.com/app/lib"
    }
    assert "example.com/app/lib [example.com/app/lib.test]" in result.compiled
    assert "example.com/app/api [example.com/app/lib.test]" in result.compiled
    assert "example.com/app/lib_test [example.com/app/lib.test]" in result.compiled
    assert "example.com/app/lib.test" in result.linked


def test_a_package_and_its_test_variant_have_verdicts_of_their_own(app: GoModule) -> None:
    app.test("./...")
    app.append("lib/lib_test.go", "\nfunc TestMore(t *testing.T) {}\n")

    result = app.test("./...")

    assert "example.com/app/lib" in result.cached
    assert "example.com/app/lib [example.com/app/lib.test]" in result.compiled


def test_a_package_that_is_only_vetted_is_not_said_to_be_cached(app: GoModule) -> None:
    result = app.vet("./cmd/app")

    main = next(a for a in result.compiles() if a.package == "example.com/app/cmd/app")
    assert main.status is Status.NOT_RUN
    assert "example.com/app/cmd/app" in result.vetted
    assert "example.com/app/cmd/app" not in result.cached


def test_links_are_seen(app: GoModule) -> None:
    assert app.build("./...").linked == {"example.com/app/cmd/app"}
    assert app.build("./lib").linked == set()
    assert app.build("-o", "app.bin", "./cmd/app").linked == {"example.com/app/cmd/app"}
    again = app.build("-o", "app.bin", "./cmd/app")
    assert again.linked | again.compiled <= {"example.com/app/cmd/app"}


def test_install_and_run_are_observed(app: GoModule) -> None:
    ran = app.run("./cmd/app")
    installed = app.install("./cmd/app")

    assert ran.stdout == "hello! dev\n"
    assert ran.compiled == OWN - {"example.com/app/lone"}
    assert installed.linked == {"example.com/app/cmd/app"}
    assert app.install("./cmd/app").linked == set()


def test_list_export_is_observed_and_other_commands_have_no_graph(app: GoModule) -> None:
    assert app.go("list", "-export", "./lib").compiled == {"example.com/app/lib"}
    assert app.go("env", "GOOS").actions == ()
    assert app.go("version").actions == ()


def test_generate_runs_with_the_toolchain_under_test(app: GoModule, go_toolchain: GoToolchain) -> None:
    app.append("lone/lone.go", "\n//go:generate go run example.com/app/gen\n")
    app.write(
        "gen/main.go",
        'package main\n\nimport "os"\n\nfunc main() { os.WriteFile("made.txt", []byte("made"), 0o666) }\n',
    )
    app.append("lone/lone.go", "\n//go:generate go version\n")

    result = app.generate("./lone")

    assert app.read("lone/made.txt") == "made"
    assert str(go_toolchain.version) in result.stdout + result.stderr
    assert "HASH" not in result.stderr


def test_chdir_is_understood(app: GoModule) -> None:
    assert app.go("build", "-C", "lib").compiled == {"example.com/app/lib"}
    assert app.go("build", "-C=api", ".").compiled == {"example.com/app/api"}


def test_a_compile_error_is_an_error_and_still_observed(app: GoModule) -> None:
    app.edit("lib/lib.go", '"hello"', "hello")

    with pytest.raises(GoCommandError, match="undefined: hello"):
        app.build("./...")
    result = app.build("./...", check=False)

    assert result.returncode == 1
    assert result.failed == {"example.com/app/lib"}
    assert "example.com/app/lone" in result.cached
    by_name = {a.package: a.status for a in result.compiles()}
    assert by_name["example.com/app/api"] is Status.NOT_RUN
    assert "HASH" not in result.stderr


def test_a_broken_go_mod_is_a_plain_failure(app: GoModule) -> None:
    app.write("go.mod", "modul example.com/app\n")

    with pytest.raises(GoCommandError, match=r"go\.mod:1: unknown directive: modul"):
        app.build("./...")


def test_a_hanging_command_is_killed_with_its_group(app: GoModule) -> None:
    app.write("hang/main.go", 'package main\n\nimport "time"\n\nfunc main() { time.Sleep(time.Hour) }\n')

    with pytest.raises(GoTimeoutError, match=r"`go run ./hang` did not finish within 5 seconds") as caught:
        app.run("./hang", timeout=5)

    assert caught.value.seconds == 5
    # What was seen before the end is not lost, and the module goes on working.
    assert app.build("./lib").compiled == {"example.com/app/lib"}


def test_a_killed_command_says_so(app: GoModule) -> None:
    app.write("die/main.go", 'package main\n\nimport "syscall"\n\nfunc main() { syscall.Kill(syscall.Getppid(), 9) }\n')

    with pytest.raises(GoCommandError, match="was killed by signal 9"):
        app.run("./die")


def test_test_outcomes(app: GoModule) -> None:
    app.write("api/api_test.go", 'package api\n\nimport "testing"\n\nfunc TestBad(t *testing.T) { t.Fatal("bad") }\n')
    app.write("lone/lone_test.go", "package lone\n\nfunc broken( {\n")

    result = app.test("./...", check=False)

    assert {n.removeprefix("example.com/app/"): o.status for n, o in result.tests.items()} == {
        "api": TestStatus.FAILED,
        "cmd/app": TestStatus.NO_TESTS,
        "lib": TestStatus.PASSED,
        "lone": TestStatus.BUILD_FAILED,
    }
    assert result.tests["example.com/app/lib"].ran
    assert not result.tests["example.com/app/lone"].ran


@pytest.mark.parametrize("flags", [(), ("-json",), ("-v",), ("-v", "-json"), ("-cover",)])
def test_cached_tests_are_told_from_those_that_ran(app: GoModule, flags: tuple[str, ...]) -> None:
    # A test that prints what go test would print, to be mistaken for it.
    app.append(
        "lib/lib_test.go",
        '\nfunc TestLiar(t *testing.T) { println(); print("ok  \\texample.com/app/lib\\t(cached)\\n") }\n',
    )
    first = app.test(*flags, "./lib")
    second = app.test(*flags, "./lib")
    third = app.test(*flags, "-count=1", "./lib")

    assert [r.tests["example.com/app/lib"].cached for r in (first, second, third)] == [False, True, False]
    assert [r.tests["example.com/app/lib"].ran for r in (first, second, third)] == [True, False, True]


def test_every_hash_block_of_a_command_is_complete(app: GoModule) -> None:
    for result in (app.build("./..."), app.test("./..."), app.vet("./...")):
        assert result.evidence is not None
        log = (result.evidence / "stderr").read_bytes()
        blocks = parse_hash_log(log)

        assert all(block.verified for block in blocks)
        opened = sum(1 for line in log.splitlines() if line.startswith(b"HASH[build ") and line.endswith(b"]"))
        assert sum(1 for block in blocks if block.name.startswith("build ")) == opened
        known = {block.action_id for block in blocks}
        keyed = [a for a in result.actions if a.kind in (Kind.COMPILE, Kind.LINK) and a.action_id]
        assert {a.action_id for a in keyed} <= known


def test_the_debug_lines_never_reach_the_user(app: GoModule) -> None:
    app.write("loud/main.go", 'package main\n\nfunc main() { println("HASH of something: mine") }\n')

    assert app.run("./loud").stderr == "HASH of something: mine\n"


def test_compiles_that_overlap_are_counted(app: GoModule) -> None:
    for i in range(12):
        app.write(
            f"wide/p{i}/p.go", f"package p{i}\n\n" + "".join(f"func F{j}() int {{ return {j} }}\n" for j in range(300))
        )
    serial = app.build("-p=1", "./wide/...")
    app.append("wide/p0/p.go", "// changed\n")

    assert serial.max_parallel == 1
    assert app.build("-a", "-p=4", "./wide/...").max_parallel >= 2


@pytest.mark.gocache(cgo=True)
def test_cgo_packages_are_one_compile(app: GoModule) -> None:
    app.write(
        "c/c.go", 'package c\n\n// int one(void) { return 1; }\nimport "C"\n\nfunc One() int { return int(C.one()) }\n'
    )

    first = app.build("./c")
    assert first.compiled == {"example.com/app/c"}
    assert app.build("./c").compiled == set()
    assert any("cgo" in command for command in _all_commands(first.actions))


def _all_commands(actions: tuple[Action, ...]) -> list[str]:
    return [command for action in actions for command in action.commands]


def test_a_package_main_with_tests(app: GoModule) -> None:
    app.write("cmd/app/main_test.go", 'package main\n\nimport "testing"\n\nfunc TestMain_(t *testing.T) {}\n')

    result = app.test("./cmd/app")

    assert "example.com/app/cmd/app [example.com/app/cmd/app.test]" in result.compiled
    assert result.linked == {"example.com/app/cmd/app.test"}


def test_workspaces_and_replaced_modules(app: GoModule, go_toolchain: GoToolchain) -> None:
    language = go_toolchain.version.language
    app.write("go.work", f"go {language}\n\nuse (\n\t.\n\t./tools\n)\n")
    app.write("tools/go.mod", f"module example.com/tools\n\ngo {language}\n")
    app.write("tools/gen/main.go", 'package main\n\nimport _ "example.com/app/lib"\n\nfunc main() {}\n')

    result = app.build("./tools/gen", "./lib")

    assert result.compiled == {"example.com/app/lib", "example.com/tools/gen"}
    assert result.modules == {".": "example.com/app", "tools": "example.com/tools"}


def test_a_vendored_module(app: GoModule, go_toolchain: GoToolchain) -> None:
    language = go_toolchain.version.language
    app.write(
        {
            "go.mod": f"module example.com/app\n\ngo {language}\n\nrequire example.com/dep v1.0.0\n",
            "vendor/modules.txt": f"# example.com/dep v1.0.0\n## explicit; go {language}\nexample.com/dep\n",
            "vendor/example.com/dep/dep.go": 'package dep\n\nimport _ "encoding/csv"\n',
            "uses/uses.go": 'package uses\n\nimport _ "example.com/dep"\n',
        }
    )

    assert app.build("./uses").compiled == {"example.com/app/uses", "example.com/dep"}


def test_downloads_are_seen(app: GoModule, gomodcache: ModuleCache) -> None:
    folder = app.path / "proxy" / "example.com" / "dep" / "@v"
    app.write("proxy/example.com/dep/@v/list", "v1.0.0\n")
    app.write("proxy/example.com/dep/@v/v1.0.0.info", '{"Version":"v1.0.0"}\n')
    app.write("proxy/example.com/dep/@v/v1.0.0.mod", "module example.com/dep\n")
    import zipfile

    with zipfile.ZipFile(folder / "v1.0.0.zip", "w") as archive:
        archive.writestr("example.com/dep@v1.0.0/go.mod", "module example.com/dep\n")
        archive.writestr("example.com/dep@v1.0.0/dep.go", "package dep\n\nconst Answer = 42\n")
    app.append("go.mod", "\nrequire example.com/dep v1.0.0\n")
    app.write("uses/uses.go", 'package uses\n\nimport "example.com/dep"\n\nconst Answer = dep.Answer\n')
    app.env |= {"GOPROXY": (app.path / "proxy").as_uri(), "GOFLAGS": "-mod=mod"}

    first = app.build("./uses")
    second = app.build("./uses")

    assert first.downloads == ("example.com/dep@v1.0.0",)
    assert second.downloads == ()
    assert gomodcache.entries() == ("example.com/dep@v1.0.0",)


def test_evicting_corrupting_and_ageing_what_was_built(app: GoModule, gocache: BuildCache) -> None:
    app.build("./...")
    assert not app.build("./...").compiled

    gocache.evict("example.com/app/api")
    assert app.build("./...").compiled == {"example.com/app/api"}

    gocache.corrupt("example.com/app/lib")
    assert app.build("./...").compiled == {"example.com/app/lib"}

    gocache.evict("fmt")
    assert "fmt" in app.build("./...").compiled


def test_old_caches_are_trimmed_as_go_trims_them(app: GoModule, gocache: BuildCache) -> None:
    from datetime import timedelta

    app.build("./...")
    before = len(gocache.entries())

    gocache.age(timedelta(days=4))
    # Four days are not enough for Go to forget; what it uses becomes young again.
    assert not app.build("./...").compiled
    gocache.age(timedelta(days=6))
    app.build("./lone")

    assert len(gocache.entries()) < before / 2


def test_a_saved_cache_makes_another_machine_warm(
    app: GoModule, gocache: BuildCache, tmp_path_factory: pytest.TempPathFactory
) -> None:
    app.build("./...")
    app.test("./...")
    saved = gocache.save(tmp_path_factory.mktemp("ci") / "cache")
    gocache.clear()
    gocache.restore(saved)

    assert not app.build("./...").compiled
    assert app.test("./...").tests["example.com/app/lib"].cached
    gocache.clear_tests()
    assert app.test("./...").tests["example.com/app/lib"].ran


def test_an_unreadable_graph_of_a_failed_command_is_no_evidence(app: GoModule, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(*_: object, **__: object) -> None:
        raise ActionGraphError("neither the graph nor the log")

    monkeypatch.setattr(go_command, "parse_action_graph", unreadable)
    app.append("lib/lib.go", "\nvar _ = undefined\n")
    result = app.go("build", "./...", check=False)
    with pytest.raises(NoEvidenceError, match="neither the graph nor the log"):
        assert_cached(result)
