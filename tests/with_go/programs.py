"""A module whose go commands are called by programs, and a shell that calls them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

from pytest_gocache import GoModule, Result

SOON = 30.0
"""Seconds in which what must happen has happened, on the slowest machine."""

LIB = """
-- lib/lib.go --
package lib

func Hello() string { return "hello" }
-- lib/lib_test.go --
package lib

import "testing"

func TestHello(t *testing.T) {
	t.Log(Hello())
}
-- api/api.go --
package api

import "example.com/app/lib"

func Greeting() string { return lib.Hello() + "!" }
-- cmd/app/main.go --
package main

import "example.com/app/api"

var version = "dev"

func main() { println(api.Greeting(), version) }
"""
"""A library, what imports it, and a program."""

SAY = r"""
-- say/main.go --
package main

import (
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	rest := os.Args[2:]
	switch os.Args[1] {
	case "args":
		for _, arg := range append(rest, os.Getenv("X")) {
			println(strconv.QuoteToASCII(arg))
			os.Stdout.WriteString(strconv.QuoteToASCII(arg) + "\n")
		}
	case "stderr":
		os.Stderr.WriteString(strings.Join(rest, ""))
	case "big":
		text := strings.Repeat("\x00\xff long\r", 1<<18) + "HASH[x\n" + strings.Repeat("line\n", 1<<17)
		os.Stdout.WriteString(text)
		os.Stderr.WriteString(text)
	case "lines":
		for i := 0; i < 60000; i++ {
			os.Stdout.WriteString(strconv.Itoa(i) + "\n")
		}
	case "alternate":
		for i := 0; i < 200; i++ {
			os.Stdout.WriteString("out " + strconv.Itoa(i) + "\n")
			os.Stderr.WriteString("err " + strconv.Itoa(i) + "\n")
		}
	case "ask":
		os.Stderr.WriteString("next") // the t could be the beginning of one of the library's lines
		answer := make([]byte, 1)
		os.Stdin.Read(answer)
		os.Stdout.Write(answer)
	case "cat":
		io.Copy(os.Stdout, os.Stdin)
	case "env":
		for _, pair := range os.Environ() {
			if strings.HasPrefix(pair, "GODEBUG=") {
				println(pair)
			}
		}
	case "go":
		out, _ := exec.Command("go", rest...).CombinedOutput()
		os.Stdout.Write(out)
	case "exit":
		code, _ := strconv.Atoi(rest[0])
		os.Exit(code)
	case "kill":
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
	case "sleep":
		os.WriteFile(rest[0]+".new", []byte(strconv.Itoa(os.Getpid())+" "+strconv.Itoa(os.Getppid())), 0o666)
		os.Rename(rest[0]+".new", rest[0])
		time.Sleep(10 * time.Minute)
	}
}
"""
"""A program for all that can happen between a program and its caller."""


def shell(module: GoModule, script: str, **settings: float | bool | dict[str, str] | None) -> Result:
    """Run a shell script; ``$REAL`` is the path of the go command under test."""
    env = {"REAL": str(module.toolchain.go), **(settings.pop("env", None) or {})}  # type: ignore[dict-item]
    return module.exec("sh", "-c", script, env=env, **settings)  # type: ignore[arg-type]


def names(result: Result) -> list[str]:
    """The go commands of a program, as a shell would read them."""
    return [" ".join(command.command) for command in result.commands]


def runs(pid: int) -> bool:
    """Whether a process runs; one that only waits to be reaped does not."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] not in {"Z", "X"}
    except (FileNotFoundError, ProcessLookupError):
        return False


def assert_soon_gone(pids: Iterable[int]) -> None:
    """None of the processes runs any more, or it will not in a moment."""
    end = time.monotonic() + SOON
    for pid in pids:
        while runs(pid):
            assert time.monotonic() < end, f"process {pid} is still running"
            time.sleep(0.01)
