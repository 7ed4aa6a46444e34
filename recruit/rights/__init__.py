"""Everything held about a person: what is told of every table, how it is put together, and its format."""
