"""This computer: its processes, files and CPUs, and the Go installations on it.

This room imports `golang` and `errors`. Only `host.process` starts processes.
"""
