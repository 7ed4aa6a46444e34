"""Pages of the ranking step."""

from flask import Blueprint

blueprint = Blueprint("ranking", __name__)
