"""A module proxy that serves the modules of a test, over HTTP on loopback or as ``file://``, and records requests."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import os
import re
import sys
import textwrap
import threading
import zipfile
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

from pytest_gocache.errors import UsageError
from pytest_gocache.golang.modfile import escaped, module_path_of, unescaped
from pytest_gocache.golang.txtar import parse_txtar
from pytest_gocache.run.proxy_answers import answer_to, in_list

__all__ = ["ModuleProxy"]

_VERSION = re.compile(r"v(\d+)\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+incompatible)?")
_MAJOR = re.compile(r"(?:/v|^gopkg\.in/.*\.v)(\d+)$")
_NOT_UTF8 = re.compile("[\ud800-\udfff]")  # as Python writes such bytes of a file name
_LEFT_OUT = frozenset({".git", ".hg", ".svn", ".bzr", "vendor"})
_COMMITTED = "2024-01-01T00:00:00Z"
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


class ModuleProxy:
    """Serves modules to the go commands of one test.

    ``go help goproxy`` specifies the layout, golang.org/x/mod/sumdb/dirhash the sums.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "served"
        """The served files, in the layout of a GOPROXY."""
        self.sources = folder / "sources"
        """The files of each module, in folders like ``example.com/dep@v1.0.0``."""
        self._sums: dict[str, str] = {}
        self._requests: list[str] = []
        self._server: ThreadingHTTPServer | None = None
        self.path.mkdir(parents=True)
        self.sources.mkdir()

    def __repr__(self) -> str:
        return f"ModuleProxy({str(self.path)!r})"

    @property
    def url(self) -> str:
        """Its address, a value for GOPROXY. The first use starts the server."""
        if self._server is None:
            self._server = _serve(self.path, self._requests)
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def file_url(self) -> str:
        """A ``file://`` URL of the same modules, for GOPROXY: without a server, and without a record of requests."""
        return self.path.as_uri()

    @property
    def requests(self) -> tuple[str, ...]:
        """The paths that go commands requested over HTTP, in order: ``example.com/dep/@v/v1.0.0.zip``."""
        return tuple(self._requests)

    @property
    def go_sum(self) -> str:
        """The go.sum lines of all served modules: ``go_module.write("go.sum", go_proxy.go_sum)``."""
        return "".join(f"{name} {self._sums[name]}\n" for name in sorted(self._sums))

    def add(self, source: str | Path | Mapping[str, str | bytes], version: str = "v1.0.0") -> str:
        """Serve a module; returns ``path@version``.

        ``source`` is a txtar text, a mapping from file name to content, or a folder. The module path comes from its
        go.mod. As in Go, nested modules, ``vendor`` and version control are not a part of the module. Raises
        `UsageError` for a source without a module path, for a version that is malformed or does not fit the path, for
        a module path or a file name that leads out of the module, and for a version that is served with different
        content: a published version never changes.
        """
        files = _own_files(_files_of(source))
        go_mod = files.get("go.mod", b"").decode("utf-8", "replace")
        module = module_path_of(go_mod)
        if not module:
            raise UsageError("go_proxy.add: the module has no go.mod with a module path")
        _check_version(module, version)
        info = json.dumps({"Version": version, "Time": _COMMITTED})
        return self._publish(module, version, files, go_mod, info)

    def load(self, folder: Path | str) -> tuple[str, ...]:
        """Serve the archives of a folder like Go's own ``cmd/go/testdata/mod``: ``example.com_dep_v1.0.0.txt``.

        Each archive is a txtar. Its files ``.mod`` and ``.info`` are served as they are; without ``.mod``, no
        go.mod is. Returns each ``path@version``.
        Raises `UsageError` as `add` does.
        """
        archives = sorted(Path(folder).glob("*_v*.txt"))
        if not archives:
            raise UsageError(f"go_proxy.load: there is no archive like example.com_dep_v1.0.0.txt in {folder}")
        found = []
        for archive in archives:
            name, _, version = archive.stem.rpartition("_v")
            module = unescaped(name.replace("_", "/"))
            try:
                files = parse_txtar(archive.read_text(encoding="utf-8"))
            except (OSError, UnicodeDecodeError) as error:
                raise UsageError(f"go_proxy.load: {archive} cannot be read: {error}") from error
            go_mod = files.pop(".mod", None)
            info = files.pop(".info", "") or json.dumps({"Version": f"v{version}"})
            content = {name: text.encode("utf-8") for name, text in files.items()}
            found.append(self._publish(module, f"v{version}", content, go_mod, info, caller="go_proxy.load"))
        return tuple(found)

    def sibling(self) -> ModuleProxy:
        """A proxy of the same modules, with a server and a record of its own."""
        made = copy.copy(self)
        made._requests, made._server = [], None  # noqa: SLF001 - of the same class
        return made

    def stop(self) -> None:
        """Stop the server."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _publish(  # noqa: PLR0913 - what a proxy serves of a module
        self,
        module: str,
        version: str,
        files: Mapping[str, bytes],
        go_mod: str | None,
        info: str,
        *,
        caller: str = "go_proxy.add",
    ) -> str:
        name = f"{module}@{version}"
        _refuse_names(caller, module, version, files)
        inside = {f"{name}/{file}": content for file, content in files.items()}
        sums = {f"{module} {version}": _h1(inside)}
        if go_mod is not None:
            sums[f"{module} {version}/go.mod"] = _h1({"go.mod": go_mod.encode()})
        known = {line: self._sums[line] for line in sums if line in self._sums}
        if known and known != sums:
            raise UsageError(
                f"{caller}: {name} is served already, with different content: a published version never changes"
            )
        try:
            self._store(module, version, inside, go_mod, info)
        except OSError as error:
            raise UsageError(f"{caller}: {name} cannot be served: {error}") from error
        self._sums |= sums
        return name

    def _store(self, module: str, version: str, inside: Mapping[str, bytes], go_mod: str | None, info: str) -> None:
        folder = self.path / escaped(module) / "@v"
        folder.mkdir(parents=True, exist_ok=True)
        versions = {*(folder / "list").read_text().split()} if (folder / "list").exists() else set()
        versions |= {version} if in_list(module, version) else set()
        (folder / "list").write_text("".join(f"{v}\n" for v in sorted(versions)), encoding="ascii")
        (folder / f"{escaped(version)}.info").write_text(info, encoding="utf-8")
        if go_mod is not None:
            (folder / f"{escaped(version)}.mod").write_text(go_mod, encoding="utf-8")
        with zipfile.ZipFile(folder / f"{escaped(version)}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for file, content in inside.items():
                archive.writestr(zipfile.ZipInfo(file, _ZIP_TIME), content)
                source = self.sources / file
                source.parent.mkdir(parents=True, exist_ok=True)
                source.write_bytes(content)


def _refuse_names(caller: str, module: str, version: str, files: Mapping[str, bytes]) -> None:
    """Raise `UsageError` for a module path, a version or a file name that would be a file outside of its folder."""
    # An element with "@" would be a file of a different module: example.com/dep/@v/list. A file name may have an empty
    # element, which leads nowhere: Go's own test data has such a bad zip.
    names = [("module path", module, {"", "@"}), ("version", version, {"", "@", "/"})]
    names += [("file name", file, set()) for file in files]
    for what, name, forbidden in names:
        unsafe = set(name.split("/")) & ({".", ".."} | forbidden & {""}) | set(name) & ({"\\", "\0"} | forbidden)
        unsafe |= set(_NOT_UTF8.findall(name))
        if unsafe:
            raise UsageError(f"{caller}: the {what} {name!r} has {min(unsafe)!r} in it, and Go accepts no such name")
    folders = {"/".join(parts[:end]) for parts in (file.split("/") for file in files) for end in range(1, len(parts))}
    for file in sorted(folders & files.keys()):
        raise UsageError(f"{caller}: {file!r} is a file and a folder of {module}")


def _check_version(module: str, version: str) -> None:
    match = _VERSION.fullmatch(version)
    if match is None:
        raise UsageError(f"go_proxy.add: {version!r} is not a module version like v1.2.3")
    major = int(match[1])
    in_path = _MAJOR.search(module)
    if in_path is None and major > 1 and not match[3]:
        raise UsageError(f"go_proxy.add: {version} of {module} needs the module path {module}/v{major} in its go.mod")
    if in_path is not None and int(in_path[1]) != major:
        raise UsageError(f"go_proxy.add: the module path {module} needs a version v{in_path[1]}.x.y, not {version}")


def _files_of(source: str | Path | Mapping[str, str | bytes]) -> dict[str, bytes]:
    if isinstance(source, Path) or (isinstance(source, str) and "\n" not in source):
        folder = Path(source)
        if not folder.is_dir():
            raise UsageError(f"go_proxy.add: {str(source)!r} is neither a folder nor a txtar text")
        return dict(_files_in(folder))
    files = parse_txtar(textwrap.dedent(source)) if isinstance(source, str) else source
    return {name: text.encode("utf-8") if isinstance(text, str) else text for name, text in files.items()}


def _files_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(set(folders) - _LEFT_OUT)
        for name in sorted(files):
            file = Path(parent) / name
            if file.is_file() and not file.is_symlink():
                yield file.relative_to(folder).as_posix(), file.read_bytes()


def _own_files(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files that belong to the module: not to a nested module, nor to a vendored package."""
    nested = tuple(name.removesuffix("go.mod") for name in files if name.endswith("/go.mod"))
    return {
        name: content
        for name, content in files.items()
        if not name.startswith(nested) and _LEFT_OUT.isdisjoint(name.split("/")[:-1])
    }


def _h1(files: Mapping[str, bytes]) -> str:
    listing = "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
    return "h1:" + base64.b64encode(hashlib.sha256(listing.encode("utf-8")).digest()).decode("ascii")


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Print nothing when a client hangs up: a go command that was killed."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def _serve(root: Path, requests: list[str]) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            # Not urlsplit, which takes //example.com for a host and refuses some of them.
            path = unquote(self.path.partition("?")[0]).lstrip("/")
            requests.append(path)
            answer = answer_to(root, path)
            self.send_response(answer.status)
            if answer.status == HTTPStatus.NOT_FOUND:
                self.send_header("Content-Type", "text/plain; charset=utf-8")  # or Go does not show it
            if answer.location:
                self.send_header("Location", answer.location)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, *_: object) -> None:
            """Print nothing: it would be in the test's output."""

    server = _Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    return server
