"""Random modules and commands: what `go -x` shows as compiled, linked, vetted and run is what a `Result` says."""

from __future__ import annotations

import os
import shlex
import sys
from collections import Counter
from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, seed, settings, strategies as st

from pytest_gocache import GoToolchain
from pytest_gocache.host.files import remove_tree
from pytest_gocache.plugin.session import session_of
from pytest_gocache.run.machine import Machine
from pytest_gocache.run.running import Steps
from tests.adversary.referee import Referee
from tests.adversary.shapes import CHANGES, COMMANDS, ENVIRONMENTS, PROGRAMS, SHAPES, load

STEPS = int(os.environ.get("ADVERSARY_STEPS", "60"))
SEED = int(os.environ.get("ADVERSARY_SEED", "1"))

GO_COMMAND = st.tuples(
    st.sampled_from(COMMANDS).map(lambda line: ("go", *shlex.split(line))),
    # Most commands have no variables of their own.
    st.one_of(st.just(ENVIRONMENTS[0]), st.just(ENVIRONMENTS[0]), st.sampled_from(ENVIRONMENTS)),
)
# Programs have none: the standard library must be warm before one runs bare.
PROGRAM = st.tuples(st.sampled_from(PROGRAMS).map(lambda line: ("sh", "-c", line)), st.just(ENVIRONMENTS[0]))
COMMAND = st.integers(0, 9).flatmap(lambda number: PROGRAM if number == 9 else GO_COMMAND)
STEP = st.tuples(st.sampled_from(sorted(CHANGES)), st.integers(0, 2), COMMAND)
# Tests make most of the trouble: every second module has some.
SHAPE = st.tuples(st.sampled_from([(), ("tests",)]), st.lists(st.sampled_from(sorted(SHAPES)), max_size=7)).map(
    lambda pair: {*pair[0], *pair[1]}
)
Step = tuple[str, int, tuple[tuple[str, ...], Mapping[str, str]]]


@pytest.mark.usefixtures("go_module")
def test_bare_go_agrees(
    go_toolchain: GoToolchain,
    pytestconfig: pytest.Config,
    tmp_path_factory: pytest.TempPathFactory,
    capsys: pytest.CaptureFixture[str],
) -> None:
    agreed: Counter[str] = Counter()
    session = session_of(pytestconfig)

    def play(shapes: set[str], steps: list[Step]) -> None:
        folder = tmp_path_factory.mktemp("adversary").resolve()
        try:
            machine = Machine.create(folder / "machine", go_toolchain, session.ambient)
            root = machine.home.root / "app"
            root.mkdir()
            module = session.module(machine, root, Steps(folder / "steps"))
            load(module, shapes, go_toolchain.version.satisfies)
            referee = Referee(module, machine.home.root, folder / "steps", agreed, str(go_toolchain.go))
            for change, number, (command, env) in steps:
                CHANGES[change](module, number)
                if command[0] != "go":
                    # Makes the standard library warm for the program; a change may bring a new profile, for example.
                    module.go("test", "-n", "./...", check=False)
                referee.settle()
                found = referee.step(command, env)
                agreed["steps"] += 1
                agreed["disagreements"] += len(found)
                assert not found, f"{shlex.join(command)} {dict(env)}:\n" + "\n".join(found)
        finally:
            remove_tree(folder)

    @seed(SEED)
    @settings(max_examples=STEPS, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(SHAPE, st.lists(STEP, min_size=1, max_size=8))
    def check(shapes: set[str], steps: list[Step]) -> None:
        if agreed["steps"] < STEPS or agreed["disagreements"]:  # one that is found shrinks
            play(shapes, steps)

    check()

    with capsys.disabled():
        sys.stdout.write(f"\n{go_toolchain.version}: {STEPS} steps, seed {SEED}: {dict(agreed)}\n")
    assert agreed["steps"] >= STEPS
