"""The causes of a command in groups: what is the same for many packages is one, with all that follows it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pytest_gocache.plugin.report.timeline import Span
from pytest_gocache.results.reasons import ReasonCode

__all__ = ["CauseGroup", "cause_groups", "rows_by_name"]


@dataclass(slots=True)
class CauseGroup:
    """What several actions of a command have in common: why they ran."""

    cause: Mapping[str, Any]
    """The first of them, as the JSON of a run has it."""
    own: list[int] = field(default_factory=list)
    """The positions of the causes in the command's list."""
    followers: list[int] = field(default_factory=list)
    """The positions of what ran only because of them."""
    seconds: float = 0.0
    """The seconds of all these actions, added up."""

    @property
    def again(self) -> bool:
        """Whether an earlier command of the test had done the work before."""
        code = str(self.cause["code"])
        return code not in ReasonCode.__members__ or not ReasonCode[code].first


def rows_by_name(spans: Sequence[Span], packages: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], int]:
    """The position of each action that ran, by its kind and package, as causes name them."""
    return {(span.kind, packages[span.package]["name"]): at for at, span in enumerate(spans) if span.ran}


def cause_groups(
    causes: Sequence[Mapping[str, Any]], spans: Sequence[Span], rows: Mapping[tuple[str, str], int]
) -> list[CauseGroup]:
    """The causes of a command in groups, the dearest first. A follower of a cause that did not run is a group too."""
    named = {(cause["kind"], cause["package"]): cause for cause in causes}
    groups: dict[str, CauseGroup] = {}
    for number, cause in enumerate(causes):
        above = cause if cause["follows"] is None else named.get((cause["follows_kind"], cause["follows"]), cause)
        group = groups.setdefault(_alike(above), CauseGroup(above))
        (group.own if above is cause else group.followers).append(number)
        row = rows.get((cause["kind"], cause["package"]))
        group.seconds += spans[row].seconds if row is not None else 0.0
    return sorted(groups.values(), key=lambda group: -group.seconds)


def _alike(cause: Mapping[str, Any]) -> str:
    # The details of a cause name packages and steps that the sentence has, too.
    return json.dumps([cause["kind"], cause["code"], cause["text"], cause["inputs"]])
