"""Pure selection arithmetic: criteria, bands, ranking, interview lists and the bias monitor.

Nothing here knows of Flask, a database or a person. Each module is imported by name, so that
``import scoring`` costs nothing and a page that needs no statistics pays for none.
"""

__version__ = "1.0.0"
