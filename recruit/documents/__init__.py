"""Uploaded documents: their text with positions, pictures of their pages, and copies with parts struck out for good."""
