"""Pages of the monitoring step."""

from flask import Blueprint

blueprint = Blueprint("monitoring", __name__)
