"""A GOROOT made by hand, which nothing can run."""

from __future__ import annotations

from pathlib import Path


def make_goroot(folder: Path, version: str = "go1.27.3") -> Path:
    for name in ("bin", "src/net/http", "src/cmd/go", "src/vendor/golang.org/x/net"):
        (folder / name).mkdir(parents=True)
    (folder / "bin" / "go").write_bytes(b"\x7fELF not really")
    (folder / "bin" / "go").chmod(0o755)
    (folder / "VERSION").write_text(f"{version}\ntime 2026-01-01T00:00:00Z\n", encoding="ascii")
    return folder
