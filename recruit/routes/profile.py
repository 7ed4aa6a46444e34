"""Pages of the profile step."""

from flask import Blueprint

blueprint = Blueprint("profile", __name__)
