"""What every test of this repository shares."""

from __future__ import annotations

import hypothesis

pytest_plugins = ("pytester",)

# Two noisy cores: a deadline would only measure the neighbours. Derandomised: the same tests in every run.
hypothesis.settings.register_profile("gocache", deadline=None, derandomize=True, max_examples=100)
hypothesis.settings.load_profile("gocache")
