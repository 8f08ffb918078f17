"""The package patterns of an assertion, with what Go says that they name."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_gocache.errors import NoEvidenceError
from pytest_gocache.golang.patterns import Pattern, full_name, is_for_go
from pytest_gocache.results.result import Result

__all__ = ["parse_patterns"]


def parse_patterns(result: Result, texts: Sequence[str], std: frozenset[str] | None = None) -> list[Pattern]:
    """The patterns, in order. Relative ones start from the module's root.

    ``std`` are the packages that the pattern ``std`` matches, by default those of the result. Raises `PatternError` for
    text that is no pattern, and `NoEvidenceError` when Go cannot say any more what a pattern named.
    """
    std = result.std if std is None else std
    texts = [full_name(text, result.modules) if " [" in text else text for text in texts]
    for text in texts:
        Pattern.parse(text)  # Go is not asked about text that is no pattern
    asked = [text for text in texts if is_for_go(text, result.modules.values())]
    named: dict[str, set[str]] = {text: set() for text in asked}
    for command in result.go_commands if asked else ():
        if command.circumstances.list_packages is None:
            raise NoEvidenceError(
                f"it is not known which packages {' '.join(asked)} names in {command.title}, because no command of "
                "this process returned this Result: name the packages by their import paths"
            )
        for text, packages in command.circumstances.list_packages(command, asked).items():
            named[text] |= packages
    return [Pattern.parse(text, std, named.get(text)) for text in texts]
