"""Snapshots: what a command did, kept as a text file beside the test.

This room imports `results` and `explain`. The fixture compares; with ``--gocache-update``, a plugin writes the files.
"""
