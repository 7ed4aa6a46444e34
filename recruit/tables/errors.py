"""What can be wrong with a file that somebody gives us.

What a page may have to say is a `forms.texts.Message`: English for a command, told in the reader's language by
`recruit.uploaded_table`.
"""


class FileError(Exception):
    """A file cannot be used. The message names the file, the row, column and value, and says what to do."""


class PdfUnavailable(Exception):
    """The system libraries that make a PDF are missing. The message says what to install."""
