"""Benchmarks: `python -m tests.benchmarks`. The tests assert no times; figures are measured here, against a peer."""
