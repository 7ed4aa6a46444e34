"""Pages of the record step."""

from flask import Blueprint

blueprint = Blueprint("record", __name__)
