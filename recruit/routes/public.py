"""Pages of the public step."""

from flask import Blueprint

blueprint = Blueprint("public", __name__)
