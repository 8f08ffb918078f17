"""shared_cache: one build cache for all machines of a test, through GOCACHEPROG."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from pytest_gocache import GoModule, SharedCache, assert_cached, assert_rebuilt, assert_up_to_date

pytestmark = pytest.mark.gocache(go=">=1.24")


def test_without_trimpath_a_laptop_gets_nothing_from_the_build_host(app: GoModule, shared_cache: SharedCache) -> None:
    app.build("./...")
    laptop = app.on_new_machine(path="src/laptop")
    result = laptop.build("./...")
    assert_rebuilt(result, "./...")
    with pytest.raises(AssertionError, match=r"directory changed since step 1(?s:.*)-trimpath leaves"):
        assert_cached(result)
    # The standard library is shared all the same.
    assert "fmt" in result.cached
    assert shared_cache.traffic(laptop.home).misses >= 4


def test_with_trimpath_it_gets_everything(app: GoModule, shared_cache: SharedCache) -> None:
    host = app.build("-trimpath", "./...")
    assert_rebuilt(host, "./...")
    laptop = app.on_new_machine(path="src/laptop")
    assert_cached(laptop.build("-trimpath", "./..."))
    traffic = shared_cache.traffic(laptop.home)
    assert traffic.hits > 10
    assert shared_cache.traffic(app.home).puts >= 4


def test_test_results_are_shared_too(app: GoModule, shared_cache: SharedCache) -> None:
    app.test("-trimpath", "./lib")
    assert shared_cache.traffic(app.home).puts > 0
    result = app.on_new_machine(path="elsewhere").test("-trimpath", "./lib")
    assert result.tests["example.com/app/lib"].cached


def test_what_is_evicted_is_built_again(app: GoModule, shared_cache: SharedCache) -> None:
    app.build("./...")
    assert_cached(app.build("./..."))
    shared_cache.cache.evict("example.com/app/lib")
    result = app.build("./...")
    assert result.compiled == {"example.com/app/lib"}
    (reason, *_) = result.explain("./lib").reasons
    assert "its output was evicted (gocache.evict)" in reason.summary
    shared_cache.cache.corrupt("example.com/app/lib")
    assert app.build("./...").compiled == {"example.com/app/lib"}


def test_what_is_shared_can_be_checked_against_an_empty_cache(app: GoModule, shared_cache: SharedCache) -> None:
    result = app.build("./...")
    asked = shared_cache.traffic(app.home)
    assert_up_to_date(result)
    # The command in the empty cache asks nobody.
    assert shared_cache.traffic(app.home) == asked


@pytest.mark.gocache(warm=False, env={"CGO_ENABLED": "0"})
def test_a_cold_one_has_nothing_at_all(go_module: GoModule, shared_cache: SharedCache) -> None:
    go_module.write("lib/lib.go", "package lib\n\nconst Word = 1\n")
    go_module.write(
        "cmd/app/main.go", 'package main\n\nimport "example.com/app/lib"\n\nfunc main() { println(lib.Word) }\n'
    )
    assert "runtime" in go_module.build("./...").compiled
    assert_cached(go_module.build("./..."))
    assert shared_cache.traffic(go_module.home).hits > 10


def test_the_program_answers_as_go_expects(shared_cache: SharedCache, tmp_path: Path) -> None:
    requests = [
        {"ID": 1, "Command": "get", "ActionID": "AAAA"},
        {"ID": 2, "Command": "put", "ActionID": "AAAA", "OutputID": "////", "BodySize": 5},
        "aGVsbG8=",
        {"ID": 3, "Command": "put", "ActionID": "AAAB", "OutputID": "AAEC"},
        {"ID": 4, "Command": "close"},
    ]
    text = "\n\n".join(json.dumps(request) for request in requests) + "\n"
    program = shared_cache.program.split()
    done = subprocess.run(program, input=text, capture_output=True, text=True, check=True, cwd=tmp_path)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert answers[0] == {"ID": 0, "KnownCommands": ["get", "put", "close"]}
    assert answers[1] == {"ID": 1, "Miss": True}
    assert Path(answers[2]["DiskPath"]).read_bytes() == b"hello"
    assert Path(answers[3]["DiskPath"]).read_bytes() == b""
    assert answers[4] == {"ID": 4}
