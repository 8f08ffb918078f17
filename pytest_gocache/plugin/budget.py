"""``--go-budget``: once its time is spent, no further ready-made check starts."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

__all__ = ["Budget", "as_text", "register", "start_check"]

_NAME = "gocache-budget"
_PROPERTY = "gocache_left_out"


@dataclass(slots=True, eq=False)
class Budget:
    """The budget of one pytest process, and a plugin that prints which checks it left out."""

    seconds: float
    clock: Callable[[], float] = time.monotonic
    _started: float | None = None
    _left_out: list[str] = field(default_factory=list)

    def refusal(self) -> str:
        """Why no check may start now; empty while there is time. The first call starts the clock."""
        if self._started is None:
            self._started = self.clock()
        spent = self.clock() - self._started
        if spent < self.seconds:
            return ""
        return (
            f"not checked: the checks have taken {as_text(spent)} of their budget of {as_text(self.seconds)}; raise "
            "--go-budget, or the ini option go_budget"
        )

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a check that was left out, in this process or in one of pytest-xdist."""
        if report.skipped and (_PROPERTY, True) in map(tuple, report.user_properties):
            self._left_out.append(report.nodeid)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Name the checks that were left out."""
        if self._left_out:
            number = len(self._left_out)
            left_out = f"{number} {'check was' if number == 1 else 'checks were'} left out"
            terminalreporter.section(f"{left_out}: the budget of {as_text(self.seconds)} is spent", yellow=True)
            for name in self._left_out:
                terminalreporter.write_line(name)
            terminalreporter.write_line("raise --go-budget, or the ini option go_budget, to run them")


def start_check(check: pytest.Item) -> None:
    """Skip a check if the budget is spent."""
    budget = check.config.pluginmanager.get_plugin(_NAME)
    reason = budget.refusal() if isinstance(budget, Budget) else ""
    if reason:
        # pytest-xdist sends these properties to the process that prints the summary.
        check.user_properties.append((_PROPERTY, True))
        pytest.skip(reason)


def register(config: pytest.Config, seconds: float) -> None:
    """Give a run a budget."""
    config.pluginmanager.register(Budget(seconds), _NAME)


def as_text(seconds: float) -> str:
    """A time as Go writes it: ``1h30m``, ``12m3s``, ``0s``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{number}{unit}" for number, unit in ((hours, "h"), (minutes, "m"), (rest, "s")) if number]
    return "".join(parts) or "0s"
