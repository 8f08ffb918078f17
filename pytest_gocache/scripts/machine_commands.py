"""The commands of a script for machines and their caches."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import timedelta

from pytest_gocache.caches.build_cache import BuildCache
from pytest_gocache.caches.module_cache import ModuleCache
from pytest_gocache.errors import UsageError
from pytest_gocache.golang.patterns import near_misses
from pytest_gocache.run.checkout import Times
from pytest_gocache.scripts.programs import seconds_of
from pytest_gocache.scripts.state import State

__all__ = ["cache", "machine"]

_DAY = 86400.0
_WAYS = ("truncate", "flip")


def machine(state: State, args: Sequence[str]) -> None:
    """``machine NAME [restore=gocache,gomodcache] [path=PATH] [mtimes=TIMES] [toolchain=VERSION]``."""
    name, *words = args
    options = dict(_option(word) for word in words)
    if name == state.machine:
        raise UsageError(f"{name} is the present machine")
    if state.processes:
        raise UsageError("a command runs in the background: `wait` for it before another machine")
    here, work = os.path.relpath(state.cwd, state.work), str(state.work)
    state.machines[state.machine] = state.module
    if name in state.machines:
        if options:
            raise UsageError(f"{name} is there already: the options are for a new machine")
        state.module = state.machines[name]
    else:
        path = options.get("path")
        state.module = state.module.on_new_machine(
            restore=_restored(state, options.get("restore", "")),
            path=state.module.path if path == "same" else path,
            mtimes=_times(options.get("mtimes", "now")),
            toolchain=options.get("toolchain"),
        )
    state.machine = name
    new = str(state.work)
    state.cwd = state.work if here.startswith("..") else state.path(os.path.join(new, here))  # noqa: PTH118 - normalized
    state.env = {key: value and value.replace(work, new) for key, value in state.env.items()}


def _option(word: str) -> tuple[str, str]:
    name, equals, value = word.partition("=")
    known = ("restore", "path", "mtimes", "toolchain")
    if not equals or name not in known:
        near = near_misses(name, known)
        hint = f"did you mean {near[0]}=? " if near else ""
        raise UsageError(f"{word}: {hint}the options are {', '.join(f'{one}=' for one in known)}")
    return name, value


def _restored(state: State, text: str) -> list[BuildCache | ModuleCache]:
    caches: dict[str, BuildCache | ModuleCache] = {
        "gocache": state.module.gocache,
        "gomodcache": state.module.gomodcache,
    }
    chosen: list[BuildCache | ModuleCache] = []
    for word in filter(None, text.split(",")):
        if word not in caches:
            raise UsageError(f"restore={word}: the caches are gocache and gomodcache")
        chosen.append(caches[word])
    return chosen


def _times(text: str) -> Times:
    if text in ("now", "keep", "commit"):
        return text  # type: ignore[return-value] # mypy does not narrow a str by `in`
    try:
        return float(text)
    except ValueError:
        raise UsageError(f"mtimes={text}: write now, keep, commit or epoch seconds") from None


def cache(state: State, args: Sequence[str]) -> None:
    """``cache evict PACKAGE...``, ``corrupt PACKAGE... [flip]``, ``clear [tests]`` or ``age DURATION``."""
    verb, *words = args
    build_cache = state.module.gocache
    if verb in ("evict", "corrupt") and not words:
        raise UsageError(f"write cache {verb} PACKAGE...")
    if verb == "evict":
        build_cache.evict(*_packages(state, words))
    elif verb == "corrupt":
        how = words.pop() if words[-1] in _WAYS else "truncate"
        build_cache.corrupt(*_packages(state, words), how="flip" if how == "flip" else "truncate")
    elif verb == "clear" and words in ([], ["tests"]):
        build_cache.clear_tests() if words else build_cache.clear()
    elif verb == "age" and len(words) == 1:
        build_cache.age(timedelta(seconds=_age(words[0])))
    else:
        near = near_misses(verb, ("evict", "corrupt", "clear", "age"))
        hint = f"; did you mean {near[0]}?" if near and near[0] != verb else ""
        raise UsageError(f"write evict PACKAGE..., corrupt PACKAGE... [flip], clear [tests] or age DURATION{hint}")


def _age(text: str) -> float:
    return float(text[:-1]) * _DAY if text.endswith("d") and text[:-1].isdecimal() else seconds_of(text)


def _packages(state: State, words: Sequence[str]) -> list[str]:
    """Import paths; a relative path is one in the module of the current folder."""
    observer = state.observer()
    found = []
    for word in words:
        if not word.startswith("."):
            found.append(word)
            continue
        module = type(state.module)(observer.cwd, observer).module_path
        inside = os.path.relpath(os.path.realpath(state.cwd / word), os.path.realpath(observer.cwd))
        found.append(module or word if inside == "." else f"{module}/{inside}")
    return found
