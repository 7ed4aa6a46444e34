"""Numbers that an address asks by."""

#: The largest whole number that a column of the database holds.
MAX_NUMBER = 2**31 - 1


def stored_number(text: str) -> int:
    """A number that a row may have. Raises ValueError for any other: read as an argument it is then not given."""
    number = int(text)
    if not 0 <= number <= MAX_NUMBER:
        raise ValueError(text)
    return number
