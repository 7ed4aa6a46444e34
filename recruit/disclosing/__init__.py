"""Disclosure of public records: what is asked for, what of it may be secret, and the file that is handed out.

Whether something is secret is for the region and its lawyer to say. This package proposes, keeps what a person chose,
and carries it out.
"""
