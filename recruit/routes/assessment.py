"""Pages of the assessment step."""

from flask import Blueprint

blueprint = Blueprint("assessment", __name__)
