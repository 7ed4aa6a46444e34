"""Pages of the intake step."""

from flask import Blueprint

blueprint = Blueprint("intake", __name__)
