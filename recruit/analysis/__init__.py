"""The auditor's analysis: one module per section, each asking `scoring` and answering in JSON-ready data."""

from recruit.analysis.whole import STEPS, VERSION, analyse, canonical

__all__ = ["STEPS", "VERSION", "analyse", "canonical"]
