"""The demo region: invented people and intakes, made by running the real use cases."""
