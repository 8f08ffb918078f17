"""Results and explanations: the same in whatever order Go prints the hashes that it computes at the same time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pytest_gocache import Result
from pytest_gocache.explain.explainer import explain
from pytest_gocache.golang.actiongraph import parse_action_graph
from pytest_gocache.results.logs import Logs
from tests.golang.test_interleaved import reads_in, shuffled
from tests.recorded_results import graph_text, log_text

SEEDS = range(8)


def last_step(steps: list[Result], folder: Path, seed: int, *, with_reads: bool = True) -> Result:
    """The last of these steps, had Go computed its hashes in a different order."""
    logs = Logs()
    previous = None
    for number, result in enumerate(steps):
        evidence = folder / str(number)
        evidence.mkdir(parents=True)
        log = shuffled(log_text(result), seed)
        (evidence / "stderr").write_bytes(log)
        (evidence / "graph.json").write_bytes(graph_text(result))
        actions = parse_action_graph(graph_text(result), log)
        circumstances = replace(result.circumstances, logs=logs)
        previous = replace(result, actions=actions, circumstances=circumstances, evidence=evidence, previous=previous)
        for block, lines in reads_in(log_text(result)):
            if with_reads:
                logs.learn(block, tuple(lines))
    assert previous is not None
    return previous


def test_results_and_explanations_are_the_same(recorded: Callable[[str], list[Result]], tmp_path: Path) -> None:
    steps = recorded("large-tests")
    expected = explain(steps[-1])
    text = "\n".join("\n".join(reason.lines()) for reason in expected.reasons)
    assert "file data/c.txt changed" in text
    assert "folder testdata changed" in text
    assert not expected.unknown
    for seed in SEEDS:
        found = last_step(steps, tmp_path / str(seed), seed)
        assert found == steps[-1]
        assert explain(found).reasons == expected.reasons


def test_without_the_logs_of_the_tests_an_explanation_says_what_is_missing(
    recorded: Callable[[str], list[Result]], tmp_path: Path
) -> None:
    reasons = explain(last_step(recorded("large-tests"), tmp_path, 1, with_reads=False)).reasons
    unknown = {reason.label: reason.summary for reason in reasons if not reason.known}
    assert unknown == dict.fromkeys(
        ["test of ./one", "test of ./two"],
        "something that it reads changed since step 1; Go's log does not say what: it has the reads of several tests "
        "mixed, and the list of what this test reads is not in the build cache",
    )
