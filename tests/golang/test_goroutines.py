"""The goroutines of a test binary that SIGQUIT ended, from what Go 1.21, 1.25 and 1.27 print."""

from __future__ import annotations

import json

from inline_snapshot import snapshot

from pytest_gocache.golang.goroutines import own_goroutines

NEW = """\
=== RUN   TestHang
SIGQUIT: quit
PC=0x48e6c1 m=0 sigcode=0

goroutine 0 gp=0x708800 m=0 mp=0x709800 [idle]:
runtime.futex(0x709958, 0x80, 0x0, 0x0, 0x0, 0x0)
	/go/src/runtime/sys_linux_amd64.s:575 +0x21 fp=0x7ffd79f3a668 sp=0x7ffd79f3a660 pc=0x48e6c1

goroutine 1 gp=0xa6523301e0 m=nil [chan receive, 9 minutes]:
testing.(*T).Run(0xa6523c6008, {0x559bec?, 0xa65240caa0?}, 0x6e34f8)
	/go/src/testing/testing.go:2268 +0x4f2 fp=0xa65240ca80 sp=0xa65240c9a8 pc=0x4f2e12
main.main()
	_testmain.go:46 +0x9b fp=0xa65240ceb8 sp=0xa65240ce38 pc=0x5486bb
runtime.goexit({})
	/go/src/runtime/asm_amd64.s:1264 +0x1 fp=0xa65240cfe8 sp=0xa65240cfe0 pc=0x48cb61

goroutine 19 gp=0xc0000a6700 m=nil [IO wait]:
internal/poll.runtime_pollWait(0x1, 0x72)
	/go/src/runtime/netpoll.go:345 +0x85 fp=0xc000039fc0 sp=0xc000039f70 pc=0x4c013f
example.com/app/b/internal/v2.(*Server).Serve(0xc0000076c0)
	/src/b/internal/v2/serve.go:20 +0x4a fp=0xc000039f70 sp=0xc000039eb0 pc=0x4fe42a
created by example.com/app/b.TestHang in goroutine 18
	/src/b/b_test.go:31 +0x1a

goroutine 18 gp=0xc0000a6540 m=nil [select (no cases), 9 minutes]:
runtime.gopark(0x0?, 0x0?, 0x0?, 0x0?, 0x0?)
	/go/src/runtime/proc.go:398 +0xce fp=0xc000039e80 sp=0xc000039e60 pc=0x43968e
example.com/app/b.TestHang(0xc0000076c0)
	/src/b/b_test.go:20 +0x4a fp=0xc000039f70 sp=0xc000039eb0 pc=0x4fe42a
testing.tRunner(0xc0000076c0, 0x53f030)
	/go/src/testing/testing.go:1595 +0xff fp=0xc000039fc0 sp=0xc000039f70 pc=0x4c013f
created by testing.(*T).Run in goroutine 1
	/go/src/testing/testing.go:1648 +0x3ad

rax    0xca
rip    0x48e6c1
FAIL	example.com/app/b	540.1s
"""
OLD = """\
SIGQUIT: quit
PC=0x403f4e m=0 sigcode=0

goroutine 0 [idle]:
runtime.futex()
	/go/src/runtime/sys_linux_amd64.s:557 +0x21 fp=0x7ffd79f3a668 sp=0x7ffd79f3a660 pc=0x48e6c1

goroutine 6 [sleep]:
time.Sleep(0x34630b8a000)
	/go/src/runtime/time.go:195 +0x125 fp=0xc000039fa0 sp=0xc000039f68 pc=0x46a2c5
example.com/app/c.hang(...)
	/src/c/c_test.go:9
example.com/app/c.TestHang.func1()
	/src/c/c_test.go:10 +0x25 fp=0xc000039fe0 sp=0xc000039fc0 pc=0x4c10c5
runtime.goexit()
	/go/src/runtime/asm_amd64.s:1650 +0x1 fp=0xc000039fe8 sp=0xc000039fe0 pc=0x468d61
created by example.com/app/c.TestHang in goroutine 5
	/src/c/c_test.go:12 +0x26
"""


def is_std(package: str) -> bool:
    return "." not in package.partition("/")[0]


def shown(printed: str, most: int = 60) -> str:
    return "\n".join(own_goroutines(printed, is_std, most))


def test_tests_come_first_and_frames_of_the_standard_library_are_left_out() -> None:
    assert shown(NEW) == snapshot("""\
goroutine 18 [select (no cases), 9 minutes]:
  example.com/app/b.TestHang(0xc0000076c0)
    /src/b/b_test.go:20
goroutine 19 [IO wait]:
  example.com/app/b/internal/v2.(*Server).Serve(0xc0000076c0)
    /src/b/internal/v2/serve.go:20
  created by example.com/app/b.TestHang in goroutine 18
    /src/b/b_test.go:31\
""")


def test_the_list_of_go_1_21() -> None:
    assert shown(OLD) == snapshot("""\
goroutine 6 [sleep]:
  example.com/app/c.hang(...)
    /src/c/c_test.go:9
  example.com/app/c.TestHang.func1()
    /src/c/c_test.go:10
  created by example.com/app/c.TestHang in goroutine 5
    /src/c/c_test.go:12\
""")


def test_json_mixes_the_lines_of_packages() -> None:
    def event(package: str, line: str) -> str:
        return json.dumps({"Action": "output", "Package": package, "Test": "TestHang", "Output": line}) + "\n"

    lines = [(name, text.splitlines(keepends=True)) for name, text in (("b", NEW), ("c", OLD))]
    mixed = "".join(
        event(name, text[number]) for number in range(len(NEW)) for name, text in lines if number < len(text)
    )
    assert shown(mixed) == "\n".join([shown(NEW), shown(OLD)])
    assert shown(json.dumps({"Action": "start", "Package": "b"}) + "\nnot an event\n") == ""


def test_equal_goroutines_are_shown_once() -> None:
    again = OLD.replace("goroutine 6", "goroutine 7").partition("goroutine 7")
    assert shown(f"{OLD}\n{again[1]}{again[2]}").endswith("\n  and 1 more with the same frames")


def test_a_long_list_is_cut() -> None:
    many = "".join(
        f"goroutine {number} [select]:\nexample.com/app.f{number}()\n\t/src/a.go:{number} +0x1\n\n"
        for number in range(100)
    )
    lines = own_goroutines(f"SIGQUIT: quit\n\n{many}", is_std, 60)
    assert len(lines) == 61
    assert lines[-1] == "and 80 more goroutines"
    deep = "".join(f"example.com/app.f{number}()\n\t/src/a.go:{number} +0x1\n" for number in range(100))
    assert len(own_goroutines(f"SIGQUIT: quit\n\ngoroutine 1 [select]:\n{deep}", is_std, 60)) == 60


def test_without_a_list_there_is_nothing() -> None:
    assert shown("ok  \texample.com/app/b\t0.1s\n") == ""
    assert shown(NEW.replace("SIGQUIT: quit", "")) == ""
    assert shown("SIGQUIT: quit\n") == ""
