"""Runs that the tests of the page show."""

from __future__ import annotations

from typing import Any

from tests.plugin.report.made_run import FOLLOWED, cause, command, made_test, row, run_of

HOSTILE = "<script>alert(1)</script>\"'`&amp;\u202e\u2028"

CACHED = command(row("compile lib", "0-0.1", "cached"), step=2, started=120.0, command="go build -v ./lib")
DIFF = {"kind": "FILE", "name": "lib.go", "old": None, "new": None, "diff": ["-const A = 1", "+const A = 2"]}


def edited() -> dict[str, Any]:
    """The build after an edit, with the changed lines."""
    first, *others = FOLLOWED["causes"]
    return {**FOLLOWED, "causes": [{**first, "inputs": [DIFF]}, *others]}


def two_tests() -> dict[str, Any]:
    return run_of(
        made_test("test_edit.py::test_edit", edited(), CACHED),
        made_test(
            "test_vet.py::test_vet",
            command(
                row("vet example.com/app", "0.2-0.7"), command="go vet ./...", causes=[cause("vet example.com/app")]
            ),
            outcome="failed",
            detail="vet ran",
            message="1 package was vetted",
            file="t.py",
            line=3,
        ),
    )


def gate() -> dict[str, Any]:
    changes = [
        {
            "test": "test_a",
            "step": 1,
            "command": "go build ./...",
            "subject": "compile lib",
            "base": "ran",
            "candidate": "cached",
            "reason": "",
            "less_work": True,
            "issue": "golang/go#1",
        }
    ]
    changes.append({**changes[0], "subject": "compile api", "less_work": False, "issue": ""})
    found = {
        "base": "old",
        "candidate": "new",
        "passed": False,
        "strict": False,
        "changes": changes,
        "unused": [],
        "incomparable": [{"test": "test_b", "why": "skipped on new"}],
        "compared": 1,
        "seconds": {"base": 10.0, "candidate": 1.0},
        "bytes": {"base": 0, "candidate": 0},
    }
    return run_of(
        made_test("test_a", FOLLOWED, toolchain="old"), made_test("test_a", CACHED, toolchain="new"), gate=found
    )


def hostile() -> dict[str, Any]:
    long = HOSTILE * 250  # about 10,000 characters
    actions = [row(f"compile {name}", "0-1") for name in (HOSTILE, long)]
    text = f"{HOSTILE} changed"
    inputs = [{"kind": "FILE", "name": HOSTILE, "old": HOSTILE, "new": long, "diff": []}]
    causes = [cause(f"compile {HOSTILE}", "CHANGED", text, inputs=inputs)]
    made = command(*actions, causes=causes, command=f"go build '{HOSTILE}'", within=HOSTILE)
    failed = {"outcome": "failed", "message": long, "detail": HOSTILE, "file": HOSTILE}
    return run_of(made_test(f"test_a[{HOSTILE}]", made, **failed), made_test(long, made))


def large(packages: int, commands: int) -> dict[str, Any]:
    """A test whose commands each have this many packages; every tenth compiles all of them, and the others none."""

    def one(number: int) -> dict[str, Any]:
        ran = number % 10 == 0
        rows, causes = [], []
        for at in range(packages):
            name = f"compile example.com/app/internal/team{at % 40}/service{at}"
            start = (at // 4) * 0.05
            rows.append(row(name, f"{start:.4f}-{start + (0.04 if ran else 0.0003):.4f}", "ran" if ran else "cached"))
            if ran and at:
                rows[-1][5] = [(at - 1) // 4]
                follows = {"follows": "compile example.com/app/internal/team0/service0"} if number else {}
                causes.append(cause(name, "FOLLOWS_IMPORT" if number else "FIRST_TIME", "the same", **follows))
            elif ran:
                causes.append(cause(name, "CHANGED" if number else "FIRST_TIME", "service0.go changed", inputs=[DIFF]))
        return command(*rows, causes=causes, step=number + 1, started=100.0 * number, seconds=packages / 4 * 0.05)

    return run_of(made_test("test_large.py::test_large", *(one(number) for number in range(commands))))
