"""Pictures of a run: a page and a trace, made from the data that ``--gocache-json`` writes.

Nothing here knows pytest.
"""
