"""ShimServer: who gets a reply, what a reply is, and that no caller can block a test."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from pytest_gocache.run import shim_server as module
from pytest_gocache.run.shim_server import Reply, Request, ShimServer

SOON = 30.0


class Caller:
    """A program that asks as ``shim.go`` does."""

    made: ClassVar[list[Caller]] = []

    def __init__(self, file: Path) -> None:
        port, self.token = file.read_text(encoding="ascii").split()
        self.socket = socket.create_connection(("127.0.0.1", int(port)))
        self.socket.settimeout(SOON)
        self.made.append(self)

    def say(self, *texts: bytes | str) -> None:
        self.send(
            b"".join((text.encode() if isinstance(text, str) else text) + b"\0" for text in (f"{len(texts)}", *texts))
        )

    def send(self, text: bytes) -> None:
        self.socket.sendall(text)

    def ask(self, *args: str, env: tuple[str | bytes, ...] = ()) -> None:
        self.say(self.token, "/work", str(len(args)), *args, *env)

    def hears(self) -> list[str]:
        received = b""
        while piece := self.socket.recv(4096):
            received += piece
            count, _, rest = received.partition(b"\0")
            if rest.count(b"\0") >= int(count):
                return rest.decode().split("\0")[:-1]
        return []

    def is_hung_up(self) -> bool:
        return self.socket.recv(1) == b""

    def goes(self) -> None:
        self.socket.close()


class Test:
    """A test with a server: the requests, and the exit statuses of the commands."""

    __test__ = False

    def __init__(self, folder: Path) -> None:
        self.file = folder / "shim-server"
        self.asked: list[Request] = []
        self.codes: list[int] = []
        self.noted = threading.Semaphore(0)
        self.error: Exception | None = None
        self.server = ShimServer(self.file, self.answer)

    def answer(self, ask: Request) -> Reply:
        self.asked.append(ask)
        if self.error:
            raise self.error
        return Reply(["/go", *ask.args], {"A": "1", "B": ""}, Path("/out"), Path("/err"), self.ended)

    def ended(self, code: int) -> None:
        self.codes.append(code)
        self.noted.release()

    def wait(self) -> None:
        assert self.noted.acquire(timeout=SOON)

    def caller(self) -> Caller:
        return Caller(self.file)


@pytest.fixture
def test(tmp_path: Path) -> Iterator[Test]:
    yield Test(tmp_path)
    while Caller.made:
        Caller.made.pop().goes()


@pytest.fixture
def served(test: Test) -> Iterator[Test]:
    with test.server:
        yield test
        for caller in Caller.made:
            caller.goes()
    assert not test.file.exists()


def test_a_caller_is_told_what_to_run_and_tells_how_it_ended(served: Test) -> None:
    caller = served.caller()
    caller.ask("build", "", "a\nb", "./…", env=("X=1", "EMPTY=", "Y=a=b", "NOTHING", b"RAW=\xff"))
    assert caller.hears() == ["/out", "/err", "5", "/go", "build", "", "a\nb", "./…", "A=1", "B="]
    (ask,) = served.asked
    assert (ask.cwd, ask.args) == (Path("/work"), ("build", "", "a\nb", "./…"))
    assert ask.env == {"X": "1", "EMPTY": "", "Y": "a=b", "NOTHING": "", "RAW": "\udcff"}
    assert served.codes == []
    caller.say("3")
    assert caller.is_hung_up()
    assert served.codes == [3]
    served.server.check()


def test_a_message_may_come_in_pieces_and_be_long(served: Test) -> None:
    caller = served.caller()
    long = "x" * 300_000
    text = b"".join(part.encode() + b"\0" for part in ("6", caller.token, "/work", "1", "version", f"A={long}", "B="))
    caller.send(text[:1])
    for start in range(1, len(text), 100_001):
        caller.send(text[start : start + 100_001])
    assert caller.hears()[3:5] == ["/go", "version"]
    assert served.asked[0].env == {"A": long, "B": ""}
    caller.say("-15")
    assert caller.is_hung_up()
    assert served.codes == [-15]


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"\0",
        b"x\0",
        b"1\0wrong\0",
        b"4\0" + b"0" * 32 + b"\0/work\x000\0A=1\0",
        b"GET / HTTP/1.1\r\n\r\n\0",
        b"-1\0",
        b"2\0%s\0/work\0",
        b"3\0%s\0/work\0many\0",
        b"0\0",
    ],
)
def test_who_does_not_know_the_token_or_the_language_is_hung_up_on(served: Test, sent: bytes) -> None:
    caller = served.caller()
    caller.send(sent.replace(b"%s", caller.token.encode()))
    caller.socket.shutdown(socket.SHUT_WR)
    assert caller.is_hung_up()
    assert served.asked == []
    served.server.check()
    good = served.caller()
    good.ask("version")
    assert good.hears()
    good.goes()
    served.wait()


@pytest.mark.parametrize("start", [b"", b"5\0", b"5\0%s", b"9" * 50, b"5\0wrong\0"])
def test_who_does_not_know_the_token_is_not_read_for_long(served: Test, start: bytes) -> None:
    caller = served.caller()
    sent = start.replace(b"%s", caller.token.encode()[:-1])
    with pytest.raises(OSError):  # noqa: PT011 - reset or broken pipe
        caller.send(sent + b"x" * (64 << 20))  # more than the system itself keeps for the reader
    assert served.asked == []


def test_a_long_message_takes_time_in_proportion(served: Test) -> None:
    caller = served.caller()
    parts = ["1000003", caller.token, "/work", "1", "version", *(["A=" + "x" * 30] * 999_999)]
    began = time.perf_counter()
    caller.send("\0".join([*parts, ""]).encode())
    assert caller.hears()
    assert time.perf_counter() - began < 10, "seconds, for 34 MB"


def test_a_caller_that_dies_has_ended_as_if_killed(served: Test) -> None:
    before = served.caller()
    before.send(b"5\0" + before.token.encode())
    before.goes()
    during = served.caller()
    during.ask("build")
    during.hears()
    during.goes()
    served.wait()
    babbling = served.caller()
    babbling.ask("test")
    babbling.hears()
    babbling.say("not a number")
    served.wait()
    assert served.codes == [-9, -9]
    assert [ask.args for ask in served.asked] == [("build",), ("test",)]
    served.server.check()


def test_an_answer_that_fails_is_told_to_both(served: Test) -> None:
    served.error = LookupError("no such\nthing \udcff")
    caller = served.caller()
    caller.ask("build")
    assert caller.socket.recv(100) == b"1\0no such\nthing \xff\0"
    assert caller.is_hung_up()
    served.error = LookupError("another")
    other = served.caller()
    other.ask("build")
    other.hears()
    with pytest.raises(LookupError, match="no such"):
        served.server.check()
    assert served.codes == []


def test_an_answer_that_fails_for_a_caller_that_is_gone(test: Test) -> None:
    asked, gone = threading.Event(), threading.Event()

    def answer(_: Request) -> Reply:
        asked.set()
        assert gone.wait(SOON)
        raise LookupError("late")

    test.server._answer = answer  # noqa: SLF001
    with test.server:
        caller = test.caller()
        caller.ask("build")
        assert asked.wait(SOON)
        caller.goes()
        gone.set()
    with pytest.raises(LookupError, match="late"):
        test.server.check()


def test_noting_the_end_may_fail_too(served: Test) -> None:
    def ended(_: int) -> None:
        raise OSError("the module cache is gone")

    served.ended = ended  # type: ignore[method-assign, assignment]
    caller = served.caller()
    caller.ask("clean", "-modcache")
    caller.hears()
    caller.say("0")
    assert caller.is_hung_up()
    with pytest.raises(OSError, match="the module cache is gone"):
        served.server.check()


def test_many_callers_are_answered_one_at_a_time_and_each_gets_its_own(served: Test) -> None:
    inside: list[int] = []
    most: list[int] = []
    plain = served.answer

    def answer(ask: Request) -> Reply:
        inside.append(1)
        most.append(len(inside))
        threading.Event().wait(0.001)
        order = plain(ask)
        inside.pop()
        return order

    served.server._answer = answer  # noqa: SLF001
    callers = [served.caller() for _ in range(60)]
    for number, caller in enumerate(callers):
        caller.ask("build", str(number))
    for number, caller in reversed(list(enumerate(callers))):
        assert caller.hears()[4:6] == ["build", str(number)]
        caller.say(str(number))
        assert caller.is_hung_up()
    assert sorted(served.codes) == list(range(60))
    assert set(most) == {1}


def test_at_the_end_those_that_still_run_are_told_and_waited_for(test: Test) -> None:
    threads = set(threading.enumerate())  # not their number: one of an earlier test's may end meanwhile
    with test.server:
        running, asking, silent = test.caller(), test.caller(), test.caller()
        address = running.socket.getpeername()
        running.ask("build")
        running.hears()
        asking.send(b"7\0")

        def end_when_told() -> None:
            assert running.is_hung_up()
            running.say("7")  # it is still heard
            for caller in (running, asking, silent):
                caller.goes()

        ending = threading.Thread(target=end_when_told)
        ending.start()
    assert test.codes == [7]
    ending.join()
    assert set(threading.enumerate()) <= threads
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address)
    assert not test.file.exists()


def test_a_caller_that_does_not_end_is_not_waited_for_for_ever(test: Test, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LAST_SECONDS", 0.05)
    with test.server:
        stopped = test.caller()
        stopped.ask("build")
        stopped.hears()
    assert test.codes == [-9]
    stopped.goes()


def test_who_waits_when_the_end_comes_is_not_answered(test: Test) -> None:
    asked, over = threading.Event(), threading.Event()
    plain = test.answer

    def answer(ask: Request) -> Reply:
        asked.set()
        assert over.wait(SOON)
        return plain(ask)

    test.server._answer = answer  # noqa: SLF001
    with contextlib.ExitStack() as stack:
        stack.enter_context(test.server)
        first, second = test.caller(), test.caller()
        first.ask("build")
        assert asked.wait(SOON)
        second.ask("test")
        stack.callback(over.set)
        for caller in (first, second):
            caller.socket.shutdown(socket.SHUT_WR)
        test.server._ending = True  # noqa: SLF001 - the first step of the end
    assert [ask.args for ask in test.asked] == [("build",)]


def test_an_error_in_the_context_ends_it_all_the_same(test: Test) -> None:
    def interrupted() -> None:
        with test.server:
            test.file.unlink()  # whoever did that
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not any(thread.name.endswith("(_accept)") for thread in threading.enumerate())


def test_where_no_thread_is_left_nobody_waits(test: Test, monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with test.server:
        running = test.caller()
        running.ask("build")
        running.hears()
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", start)
            late = test.caller()
            assert late.is_hung_up()
            assert running.is_hung_up()
        with pytest.raises(ConnectionRefusedError):
            test.caller()
    assert test.codes == [-9]
    with pytest.raises(RuntimeError, match="can't start new thread"):
        test.server.check()
