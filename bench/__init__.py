"""Benchmarks of the running server; `python -m bench` prints each figure beside the number it has to reach."""
