"""Pages of the application step."""

from flask import Blueprint

blueprint = Blueprint("application", __name__)
