"""Recordings: go commands observed where they really run, and the comparison of two recordings."""
