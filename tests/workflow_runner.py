"""Plays the jobs of GitHub workflows here: shell steps run, actions have stand-ins."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_NAME = re.compile(r"'[^']*'|\b[a-z]+(?:\.[\w-]+)+")  # or a quoted text, which stays
_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}")


@dataclass
class CacheService:
    """The rules of actions/cache: the first save of a key wins, and a restore takes the newest key with a prefix."""

    folder: Path
    keys: list[str] = field(default_factory=list)
    """Oldest first."""

    def restore(self, path: Path, key: str, prefixes: list[str]) -> str:
        """Restore ``path``; returns the key that matched, or nothing."""
        matches = [key] if key in self.keys else []
        for prefix in (key, *prefixes):
            matches += [one for one in reversed(self.keys) if one.startswith(prefix)]
        if not matches:
            return ""
        shutil.copytree(self.folder / matches[0], path, dirs_exist_ok=True)
        return matches[0]

    def save(self, path: Path, key: str) -> None:
        assert key
        assert len(key) <= 512
        assert "," not in key
        if key not in self.keys and path.is_dir():
            shutil.copytree(path, self.folder / key)
            self.keys.append(key)


@dataclass
class Job:
    """One job on a new machine: an empty ``home``, and the repository in ``workspace``."""

    home: Path
    workspace: Path
    cache: CacheService
    programs: Path
    """A folder that comes first on PATH."""
    contexts: dict[str, str] = field(default_factory=dict)
    """``inputs.x`` → value."""
    uploads: list[Path] = field(default_factory=list)
    used: list[str] = field(default_factory=list)
    """The actions, without their versions."""
    summary: str = ""
    printed: str = ""
    failed: bool = False
    _after: list[tuple[Path, str]] = field(default_factory=list)

    def run(self, steps: list[dict[str, Any]]) -> Job:
        """Run all steps as GitHub does: after a failure, only those whose ``if`` asks for it."""
        self.home.mkdir(parents=True)
        self.contexts.setdefault("runner.os", "Linux")
        self.contexts.setdefault("runner.temp", str(self.home / "temp"))
        (self.home / "temp").mkdir()
        for number, step in enumerate(steps):
            if not self._wanted(str(step.get("if", "success()"))):
                continue
            ident = f"steps.{step.get('id', number)}.outputs."
            if "uses" in step:
                self._use(step["uses"].partition("@")[0], step.get("with", {}), ident)
            else:
                self._shell(step, ident)
        for path, key in self._after:
            self.cache.save(path, key)
        return self

    def _wanted(self, condition: str) -> bool:
        status = any(word in condition for word in ("always()", "failure()", "success()"))
        return bool(self._value(condition)) and (status or not self.failed)

    def _value(self, expression: str) -> Any:
        expression = _EXPRESSION.sub(r"\1", expression).strip()
        python = _NAME.sub(lambda it: it[0] if it[0][0] == "'" else repr(self.contexts.get(it[0], "")), expression)
        python = python.replace("&&", " and ").replace("||", " or ")
        functions = {
            "always": lambda: True,
            "failure": lambda: self.failed,
            "success": lambda: not self.failed,
            "hashFiles": lambda *names: str(hash(tuple((self.workspace / n).read_bytes() for n in names))),
        }
        return eval(python, {"__builtins__": {}}, functions)  # noqa: S307 - an expression of our own workflow

    def _text(self, text: object) -> str:
        return _EXPRESSION.sub(lambda match: str(self._value(match[1])), str(text))

    def _use(self, action: str, given: Mapping[str, Any], ident: str) -> None:
        self.used.append(action)
        values = {name: self._text(value) for name, value in given.items()}
        if action.startswith("actions/cache"):
            path = self.home / values["path"].removeprefix("~/")
            key = values["key"]
            if action != "actions/cache/save":
                matched = self.cache.restore(path, key, values.get("restore-keys", "").split())
                self.contexts[f"{ident}cache-matched-key"] = matched
                self.contexts[f"{ident}cache-hit"] = "true" if matched == key else "false"
                if action == "actions/cache" and matched != key:
                    self._after.append((path, key))
            else:
                self.cache.save(path, key)
        elif action == "actions/upload-artifact":
            self.uploads += [file for line in values["path"].split("\n") for file in self._files(line.strip())]
        else:
            assert action in {"actions/checkout", "actions/setup-python", "actions/setup-go"}, action

    def _files(self, pattern: str) -> list[Path]:
        path = self.workspace / pattern
        return [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())

    def _shell(self, step: Mapping[str, Any], ident: str) -> None:
        output, summary = self.home / "output", self.home / "summary"
        output.write_text("")
        summary.touch()
        env = {
            "PATH": f"{self.programs}:/usr/bin:/bin",
            "HOME": str(self.home),
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(summary),
            **{name: self._text(value) for name, value in step.get("env", {}).items()},
        }
        folder = self.workspace / self._text(step.get("working-directory", "."))
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", self._text(step["run"])],
            cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=240, check=False,
        )  # fmt: skip
        self.printed += done.stdout + done.stderr
        self.failed |= done.returncode != 0
        for line in output.read_text().splitlines():
            name, _, value = line.partition("=")
            self.contexts[ident + name] = value
        self.summary = summary.read_text()
