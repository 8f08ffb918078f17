"""The rules of the cache actions."""

from __future__ import annotations

import pytest

from pytest_gocache.results.ci_action import CACHE_ACTIONS, FileTimes


@pytest.mark.parametrize("name", CACHE_ACTIONS)
def test_rules_do_not_contradict_one_another(name: str) -> None:
    action = CACHE_ACTIONS[name]
    assert action.name == name
    # Advice about a key that is saved once, exactly where a key is saved once.
    assert bool(action.remedy) is not action.replaces
    assert action.prefixes is not action.replaces
    # Without more keys, there is a key.
    assert action.restore_keys or action.default_key


def test_only_a_plain_copy_gives_new_times() -> None:
    assert [action.name for action in CACHE_ACTIONS.values() if action.times is FileTimes.NEW] == ["cp -r"]
