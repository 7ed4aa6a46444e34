"""Pages of the mail step."""

from flask import Blueprint

blueprint = Blueprint("mail", __name__)
