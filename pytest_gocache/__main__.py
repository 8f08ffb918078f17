"""``python -m pytest_gocache`` is ``pytest-gocache``."""

import sys

from pytest_gocache.cli.main import main

sys.exit(main(sys.argv[1:]))
