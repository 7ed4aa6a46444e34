"""Pages of the eligibility step."""

from flask import Blueprint

blueprint = Blueprint("eligibility", __name__)
