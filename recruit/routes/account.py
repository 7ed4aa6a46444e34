"""Pages of the account step."""

from flask import Blueprint

blueprint = Blueprint("account", __name__)
