"""Benchmarks as a program: `python -m benchmarks`, run from the root of the repository."""
