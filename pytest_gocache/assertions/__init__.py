"""The public assertions: functions of a `Result`, which fail with the reason.

This room imports `explain`, `results`, `golang` and `errors`; `reproducible` alone builds things.
"""
