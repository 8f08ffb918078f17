"""The scalars of a YAML file, with the keys that lead to them and their lines."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

__all__ = ["YamlError", "scalars_of"]

YamlError = yaml.YAMLError
_DEEPEST = 20
_MOST = 20_000  # an alias repeats what it names: a small file can have very many


def scalars_of(text: str) -> Iterator[tuple[tuple[str, ...], str, int]]:
    """The keys that lead to each scalar, its text, and the line of the text, from 1. A list has the keys 0, 1, ….

    Raises `YamlError` for a text that is not YAML.
    """
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    waiting: list[tuple[tuple[str, ...], yaml.Node]] = [((), root)] if root else []
    for _ in range(_MOST):
        if not waiting:
            return
        path, node = waiting.pop(0)
        if isinstance(node, yaml.ScalarNode):
            block = node.style in ("|", ">")  # its text begins on the next line
            yield path, node.value, node.start_mark.line + 1 + block
        elif len(path) < _DEEPEST:
            waiting[:0] = _below(path, node)


def _below(path: tuple[str, ...], node: yaml.Node) -> list[tuple[tuple[str, ...], yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        return [((*path, str(key.value)), value) for key, value in node.value]
    return [((*path, str(number)), value) for number, value in enumerate(node.value)]
