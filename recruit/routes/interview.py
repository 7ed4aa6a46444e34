"""Pages of the interview step."""

from flask import Blueprint

blueprint = Blueprint("interview", __name__)
