from __future__ import annotations

import pytest

from pytest_gocache.golang.go_settings import looks_secret, recordable


def test_only_settings_of_the_go_command_are_recordable() -> None:
    env = {"GOFLAGS": "-trimpath", "CC": "ccache gcc", "HOME": "/home/a", "API_TOKEN": "t0ken", "GOCACHE": "/c"}
    assert recordable(env) == {"GOFLAGS": "-trimpath", "CC": "ccache gcc", "GOCACHE": "/c"}


@pytest.mark.parametrize("name", ["GOPROXY", "GOAUTH", "GOPRIVATE", "GONOSUMDB", "GOSUMDB", "GOVCS", "GOINSECURE"])
def test_settings_that_may_contain_a_password_are_left_out(name: str) -> None:
    assert recordable({name: "https://user:t0ken@proxy.example.com"}) == {}


def test_the_arguments_of_a_cache_program_are_left_out() -> None:
    assert recordable({"GOCACHEPROG": "/bin/cacher --token=t0ken"}) == {"GOCACHEPROG": "/bin/cacher"}


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        *[(name, True) for name in ("API_TOKEN", "DB_PASSWORD", "AWS_SECRET_ACCESS_KEY", "SIGNING_KEY", "npm_auth")],
        *[(name, False) for name in ("PWD", "HOME", "BACKEND", "TMPDIR", "KEYBOARD", "LC_ALL", "MONKEYS")],
    ],
)
def test_a_name_says_whether_the_value_may_be_a_secret(name: str, *, secret: bool) -> None:
    assert looks_secret(name) is secret
