"""The report of the monitor: what it says, in which form, and what of it may leave the house."""
