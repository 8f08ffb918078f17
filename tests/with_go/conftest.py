"""The module that most of these tests work on: a library, a program, a package without tests, tests of two kinds."""

from __future__ import annotations

import pytest

from pytest_gocache import GoModule

APP = """
-- lib/lib.go --
package lib

import "fmt"

// Hello greets.
func Hello() string { return fmt.Sprint("hello") }
-- lib/lib_test.go --
package lib

import "testing"

func TestHello(t *testing.T) {
	if Hello() == "" {
		t.Fatal("no greeting")
	}
}
-- lib/outside_test.go --
package lib_test

import (
	"testing"

	"example.com/app/api"
)

func TestOutside(t *testing.T) {
	if api.Greeting() == "" {
		t.Fatal("no greeting")
	}
}
-- api/api.go --
package api

import "example.com/app/lib"

func Greeting() string { return lib.Hello() + "!" }
-- lone/lone.go --
package lone

const Answer = 42
-- cmd/app/main.go --
package main

import (
	"fmt"

	"example.com/app/api"
)

var version = "dev"

func main() { fmt.Println(api.Greeting(), version) }
"""


@pytest.fixture
def app(go_module: GoModule) -> GoModule:
    go_module.load(APP)
    return go_module
