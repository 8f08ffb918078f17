"""A server for ``shim.go``: it answers each go command that a program calls with the command to run."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import final

__all__ = ["KILLED", "Reply", "Request", "ShimServer"]

_PIECE = 1 << 16
_MOST_DIGITS = 9  # of the number of texts in a message
KILLED = -9
"""The exit status of a command that was killed."""
_LAST_SECONDS = 5.0  # for a shim to end the processes that it started, and itself


@dataclass(frozen=True, slots=True)
class Request:
    """One call of ``go`` by a program."""

    cwd: Path
    args: tuple[str, ...]
    env: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reply:
    """The command to run in its place."""

    argv: Sequence[str]
    env: Mapping[str, str]
    stdout: Path
    """The file for its output, which the caller gets too."""
    stderr: Path
    """The file for its error output and for Go's hash log, which the caller does not get. When the caller has stdout
    and stderr in one file, `stdout` gets the output of both, and this file only the hash log."""
    ended: Callable[[int], None]
    """Called with the exit status (negative: the signal), in a thread of the server."""


@final
class ShimServer:
    """A context that answers the go commands of a program; at its end, it kills those that still run.

    ``answer`` returns the reply to each request. It is called for one request at a time. An exception of it ends that
    command, and `check` raises it again. ``file`` is written for ``shim.go``: a port, and a token that callers send.
    """

    def __init__(self, file: Path, answer: Callable[[Request], Reply]) -> None:
        self._file = file
        self._answer = answer
        self._one_at_a_time = threading.Lock()
        self._ending = False
        self._failed: list[Exception] = []
        self._token = secrets.token_hex(16).encode("ascii")
        self._connections: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        # TCP, because the path of a Unix socket has at most 104 bytes, and pytest's folders are deep.
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._address = self._listener.getsockname()
        self._acceptor = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> ShimServer:
        self._file.write_bytes(b"%d %s\n" % (self._address[1], self._token))
        self._acceptor.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending = True
        # A connection wakes the thread in accept() on every system; closing the socket does not.
        with contextlib.suppress(OSError):  # _accept has failed and closed the listener
            socket.create_connection(self._address).close()
        self._acceptor.join()
        self._listener.close()
        # A shim closes its half after it has ended all that it started: then nothing is left running.
        self._shut(socket.SHUT_WR)
        limit = time.monotonic() + _LAST_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, limit - time.monotonic()))
        self._shut(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for connection in self._connections:  # _accept may have failed before it started a thread for one
            connection.close()
        self._file.unlink(missing_ok=True)

    def check(self) -> None:
        """Raise the first exception of ``answer``."""
        if self._failed:
            raise self._failed[0]

    def _shut(self, how: int) -> None:
        for connection in self._connections:
            with contextlib.suppress(OSError):  # the caller has closed it
                connection.shutdown(how)

    def _accept(self) -> None:
        try:
            while True:
                connection, _ = self._listener.accept()
                if self._ending:
                    connection.close()
                    return
                self._connections.append(connection)
                thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
                thread.start()
                self._threads.append(thread)
        except (OSError, RuntimeError) as error:
            # No descriptor or no thread is left. Callers must not wait for an answer that never comes.
            self._failed.append(error)
            self._listener.close()
            self._shut(socket.SHUT_RDWR)

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                texts = _receive(connection, self._token + b"\0")
                if not texts:
                    return
                reply = self._reply_to(connection, _requested(texts[1:]))
            except (OSError, ValueError):  # killed while it sent its request, or not a shim
                return
            if reply is None:
                return
            try:
                _send(connection, _texts_of(reply))
                ended = _receive(connection)
                code = int(ended[0]) if ended else KILLED
            except (OSError, ValueError):
                code = KILLED
            try:
                reply.ended(code)
            except Exception as error:  # noqa: BLE001 - as in _reply_to
                self._failed.append(error)

    def _reply_to(self, connection: socket.socket, request: Request) -> Reply | None:
        with self._one_at_a_time:
            if self._ending:
                return None
            try:
                return self._answer(request)
            except Exception as error:  # noqa: BLE001 - the test waits in a different thread, and raises it there
                self._failed.append(error)
                _send(connection, [os.fsencode(str(error))])
                return None


def _requested(texts: list[bytes]) -> Request:
    cwd, count, *rest = (os.fsdecode(text) for text in texts)
    words = int(count)
    variables = (pair.partition("=") for pair in rest[words:])
    return Request(Path(cwd), tuple(rest[:words]), {name: value for name, _, value in variables})


def _texts_of(reply: Reply) -> list[bytes]:
    texts = [str(reply.stdout), str(reply.stderr), str(len(reply.argv)), *reply.argv]
    texts += [f"{name}={value}" for name, value in reply.env.items()]
    return [os.fsencode(text) for text in texts]


def _send(connection: socket.socket, texts: list[bytes]) -> None:
    connection.sendall(b"".join(text + b"\0" for text in [b"%d" % len(texts), *texts]))


def _receive(connection: socket.socket, start: bytes = b"") -> list[bytes]:
    """A list of texts: their number, then each text, all ended by a NUL; an empty list when the caller is gone.

    The first of them must begin with ``start``. Reading stops as soon as it does not: any user of this computer can
    connect. Raises `ValueError` when the message does not start with a number.
    """
    received = bytearray()
    while b"\0" not in received[: _MOST_DIGITS + 1] or len(received) < received.index(0) + 1 + len(start):
        piece = connection.recv(_PIECE)
        if not piece or len(received) > _MOST_DIGITS + 1 + len(start):
            return []
        received += piece
    end = received.index(0)
    count = int(received[:end])
    if not received.startswith(start, end + 1):
        return []
    ends = received.count(0) - 1
    while ends < count:
        piece = connection.recv(_PIECE)
        if not piece:
            return []
        # Only the new piece is searched, and nothing is copied: a long message takes no more time for each byte.
        ends += piece.count(0)
        received += piece
    return bytes(received).split(b"\0")[1 : count + 1]
