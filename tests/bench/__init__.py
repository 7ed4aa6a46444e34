"""Measurements, printed and never asserted: `python -m tests.bench` runs all of them."""
