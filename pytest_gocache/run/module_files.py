"""The paths of a module's files: checked, so that no method of `GoModule` reaches a file outside the module."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from pytest_gocache.errors import ModuleFileError, printable
from pytest_gocache.golang.patterns import near_misses

__all__ = ["changeable", "entry", "existing_file", "file_errors", "new_files", "text_of"]


@contextlib.contextmanager
def file_errors(verb: str, path: str) -> Iterator[None]:
    """Turn an error of the system into a `ModuleFileError` that names the file: too long a name, a full disk."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise ModuleFileError(f"go_module.{verb}: {path!r} cannot be used as a file: {reason}") from error


def entry(root: Path, verb: str, path: str) -> Path:
    """The absolute path of a file or folder. Its own folders are resolved; it may itself be a symbolic link.

    Raises `ModuleFileError` for a path that leaves the module.
    """
    if not isinstance(path, str):
        raise ModuleFileError(f"go_module.{verb}: the path {path!r} is not a string")
    if "\0" in path:
        raise ModuleFileError(f"go_module.{verb}: the path {path!r} has a NUL, which no file name can have")
    parent, name = os.path.split(path.rstrip("/") or path)
    resolved = root / path if name in ("", ".", "..") else root / parent
    target = Path(os.path.realpath(resolved))
    if name not in ("", ".", ".."):
        target /= name
    if not path or not target.is_relative_to(root):
        raise _outside(root, verb, path)
    return target


def existing_file(root: Path, verb: str, path: str) -> Path:
    """The absolute path of an existing file, with all links resolved. `ModuleFileError` when there is none."""
    target = Path(os.path.realpath(entry(root, verb, path)))
    if not target.is_relative_to(root):
        raise _outside(root, verb, path)
    with file_errors(verb, path):
        status = _status(target)
    if status:
        if stat.S_ISREG(status.st_mode):
            return target
        raise ModuleFileError(f"go_module.{verb}: {path!r} is {_what(target)}, not a file")
    raise _absent(root, verb, path)


def changeable(root: Path, verb: str, path: str) -> Path:
    """The absolute path of an existing file, folder or symbolic link, which is not the module's root."""
    target = entry(root, verb, path)
    with file_errors(verb, path):
        if target == root:
            raise ModuleFileError(f"go_module.{verb}: the module's root cannot be removed")
        if not target.is_symlink() and not _status(target):
            raise _absent(root, verb, path)
    return target


def new_files(root: Path, verb: str, files: Mapping[str, str | bytes]) -> Iterator[tuple[str, Path, bytes]]:
    """The name, the absolute path and the content of each file to write.

    Raises `ModuleFileError` for the first that cannot be written.
    """
    targets = {name: entry(root, verb, name) for name in files}
    needed = set(targets.values())
    for name, target in targets.items():
        with file_errors(verb, name):
            status = None if target.is_symlink() else _status(target)
            if status and not stat.S_ISREG(status.st_mode):
                raise ModuleFileError(f"go_module.{verb}: {name!r} is {_what(target)}, not a file")
            for folder in target.relative_to(root).parents:
                if root / folder in needed or (root / folder).is_file():
                    raise ModuleFileError(
                        f"go_module.{verb}: {name!r} needs the folder {folder.as_posix()!r}, which is a file"
                    )
        yield name, target, _encoded(verb, name, files[name])


def text_of(file: Path, verb: str, path: str) -> str:
    """The text of a file. `ModuleFileError` for bytes that are not UTF-8."""
    with file_errors(verb, path):
        content = file.read_bytes()
    try:
        # As in text mode, every kind of newline is one.
        return content.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise ModuleFileError(
            f"go_module.{verb}: {path!r} is not UTF-8 text (byte {error.start} is 0x{content[error.start]:02x}): "
            f"read its bytes with (go_module.path / {path!r}).read_bytes()"
        ) from error


def _encoded(verb: str, name: str, content: object) -> bytes:
    if isinstance(content, bytes):
        return content
    if not isinstance(content, str):
        raise ModuleFileError(
            f"go_module.{verb}: the content of {name!r} is {type(content).__name__}, and must be str or bytes"
        )
    try:
        return content.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ModuleFileError(
            f"go_module.{verb}: the text of {name!r} has {content[error.start]!r}, which UTF-8 cannot encode: "
            "give the content as bytes"
        ) from error


def _status(path: Path) -> os.stat_result | None:
    """The status of a file or folder; None when there is none.

    Raises `OSError` for a path that cannot be used. From Python 3.14 on, `Path.exists` says False for such a path.
    """
    try:
        return path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _what(path: Path) -> str:
    return "a folder" if path.is_dir() else "a device, a pipe or a socket"


def _outside(root: Path, verb: str, path: str) -> ModuleFileError:
    return ModuleFileError(f"go_module.{verb}: {path!r} is outside the module {root}: paths are relative to its root")


def _absent(root: Path, verb: str, path: str) -> ModuleFileError:
    files = [p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file()]
    near = near_misses(path, [f for f in files if not f.startswith(".git/")])
    return ModuleFileError(
        f"go_module.{verb}: there is no file {path!r} in the module {root}"
        + (f"; near it: {printable(', '.join(near))}" if near else "")
    )
