"""The record file: a confirmed selection as a file with which anybody can recompute it (`docs/record-file.md`).

`container` is the ZIP, `parts` what is in it, `checking` recomputes it; none of them needs a database.
"""
