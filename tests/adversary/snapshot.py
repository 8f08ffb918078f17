"""The state of a folder at one moment, to put it back after something has worked in it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

__all__ = ["Snapshot"]


class Snapshot:
    """What a folder holds. Files that other folders share by hard links must not change."""

    # To copy the folder would be simpler. A build cache has thousands of files, and a command changes few of them.
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._before: dict[str, tuple[os.stat_result, bytes | None]] = {}
        for path, status in _walk(folder):
            own = stat.S_ISREG(status.st_mode) and status.st_nlink == 1
            self._before[path] = status, Path(path).read_bytes() if own else None

    def restore(self) -> None:
        """Put the folder back into the state that it had: files and folders, their contents, modes and times."""
        now = dict(_walk(self.folder))
        for path in sorted(now.keys() - self._before.keys(), reverse=True):
            if stat.S_ISDIR(now[path].st_mode):
                os.rmdir(path)  # noqa: PTH106 - thousands of paths are texts here
            else:
                os.unlink(path)  # noqa: PTH108
        for path, (status, content) in self._before.items():
            if not _same(status, now.get(path)):
                self._put_back(path, status, content)
        for path, (status, _) in sorted(self._before.items(), reverse=True):
            if stat.S_ISDIR(status.st_mode):
                os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    @staticmethod
    def _put_back(path: str, status: os.stat_result, content: bytes | None) -> None:
        if stat.S_ISDIR(status.st_mode):
            Path(path).mkdir(exist_ok=True)
        elif content is not None:
            Path(path).write_bytes(content)
            Path(path).chmod(stat.S_IMODE(status.st_mode))
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
        elif Path(path).lstat().st_size != status.st_size:
            raise AssertionError(f"{path} is shared and was changed")


def _walk(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    waiting = [str(folder)]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                status = entry.stat(follow_symlinks=False)
                yield entry.path, status
                if stat.S_ISDIR(status.st_mode):
                    waiting.append(entry.path)


def _same(one: os.stat_result, other: os.stat_result | None) -> bool:
    return other is not None and (
        one.st_mode == other.st_mode and one.st_size == other.st_size and one.st_mtime_ns == other.st_mtime_ns
    )
