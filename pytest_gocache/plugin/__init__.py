"""pytest's side: options, marks, fixtures and reports.

This room imports every room but `checks`. Only this room and `checks` import pytest.
"""
