"""The application: forms, services and pages around `scoring`. `create_app` only wires the parts."""

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from recruit.settings import Settings

try:
    __version__ = version("recruit")
except PackageNotFoundError:
    __version__ = "0"


def create_app(settings: "Settings | None" = None) -> "Flask":
    """The Flask application for these settings (default: those of the environment)."""
    from recruit.web import build_app

    return build_app(settings)
