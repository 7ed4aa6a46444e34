"""Wiring: the Flask application, its session per request, security headers, and refusals as pages."""

from datetime import timedelta
from typing import Any

from flask import Flask, Response, current_app, g, render_template, request, url_for
from flask_login import current_user
from flask_wtf.csrf import CSRFError, CSRFProtect
from sqlalchemy.exc import OperationalError
from sqlmodel import Session
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from recruit import compression, display, i18n, limits, navigation, signin, typed
from recruit.access import ACCESS, PUBLIC
from recruit.cookies import Sessions
from recruit.database import make_engine
from recruit.errors import NotFound, Refusal
from recruit.guard import ask_to_sign_in, guard, send_again
from recruit.incoming import MAX_NUMBER, MAX_TEXT_BYTES, Incoming
from recruit.rendering import Environment
from recruit.request import show_roles
from recruit.services.profiles import NotApproved
from recruit.settings import Settings, read_settings
from recruit.waiting_in_line import WaitingInLine

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
MAX_REQUEST_BYTES = 12 * 1024 * 1024
csrf = CSRFProtect()


class StoredNumber(IntegerConverter):
    """A whole number in an address, as the database can hold it: an address with a larger one leads nowhere (404)."""

    def __init__(self, map: Map, *args: Any, **options: Any) -> None:
        super().__init__(map, *args, **{"max": MAX_NUMBER, **options})


def build_app(settings: Settings | None = None) -> Flask:
    """Wire everything together."""
    settings = settings or read_settings()
    app = Flask("recruit", template_folder="../templates")
    app.request_class = Incoming
    app.jinja_environment = Environment
    app.config.update(
        SECRET_KEY=settings.secret,
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_TEXT_BYTES,
        PERMANENT_SESSION_LIFETIME=timedelta(minutes=settings.session_minutes),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.base_url.startswith("https://"),
        WTF_CSRF_TIME_LIMIT=None,  # a form left open overnight must not lose what was typed
        WTF_CSRF_SSL_STRICT=False,
    )
    app.session_interface = Sessions()
    app.extensions["recruit_settings"] = settings
    app.extensions["recruit_engine"] = make_engine(settings.database)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.wsgi_app = WaitingInLine(app.wsgi_app, most=MAX_REQUEST_BYTES)  # type: ignore[method-assign]
    csrf.init_app(app)
    i18n.init_app(app)
    display.init_app(app)
    limits.init_app(app, settings)
    signin.init_app(app)
    navigation.init_app(app)
    app.url_map.converters["int"] = StoredNumber
    _register_routes(app)
    app.before_request(guard)
    app.before_request(show_roles)
    app.after_request(_secure)
    compression.init_app(app)
    app.teardown_request(_close_session)
    app.register_error_handler(Refusal, _show_refusal)
    app.register_error_handler(CSRFError, _show_old_page)
    app.register_error_handler(HTTPException, _show_http_error)
    return app


def _register_routes(app: Flask) -> None:
    from recruit.routes import BLUEPRINTS

    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    # Whoever has a referee's link may use it; no session is needed, so none can run out while somebody types.
    csrf.exempt(app.blueprints["referee"])


def _secure(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _close_session(_error: BaseException | None) -> None:
    session: Session | None = g.pop("db_session", None)
    if session is not None:
        session.close()


def _show_refusal(refusal: Refusal) -> tuple[str, int]:
    _roll_back()
    return render_template(
        "errors/error.html", status=refusal.status, message=refusal.message, actions=_ways_on(refusal)
    ), refusal.status


def _ways_on(refusal: Refusal) -> list[tuple[str, str]]:
    """Where what is missing can be done: (address, words)."""
    if isinstance(refusal, NotApproved) and "region" in g:
        address = url_for(
            "profile.show", region=g.region.slug, key=refusal.key, version=refusal.version, _anchor="approval"
        )
        return [(address, i18n.gettext("To the version and its approval"))]
    if isinstance(refusal, NotFound) and request.blueprint == "application":
        return [(url_for("application.mine"), i18n.gettext("Your applications"))]
    return []


def _show_http_error(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    if isinstance(getattr(error, "original_exception", None), OperationalError):
        return _show_no_database()
    try:
        _roll_back()
        page = render_template("errors/error.html", status=error.code, message=i18n.http_message(error))
    except OperationalError:
        return _show_no_database()
    return page, error.code


def _show_no_database() -> Any:
    """The database cannot be reached, or not be written to: every other page asks it who is signed in."""
    with i18n.force_locale(i18n.asked_for()):
        # Not `render_template`: it gives every page its reader, who is looked up in the database.
        kept = typed.sent(signed_in=False)
        page = current_app.jinja_env.get_template("errors/no_database.html").render(typed=kept)
    return page, 503, {"Retry-After": "60"}


def _show_old_page(error: CSRFError) -> Any:
    """A form from before the present sign-in, or whose session has ended: what was typed into it is kept."""
    access = ACCESS.get(request.endpoint or "", PUBLIC)
    if access != PUBLIC and not current_user.is_authenticated and typed.sent() is not None:
        return ask_to_sign_in()
    return send_again() or _show_http_error(error)


def _roll_back() -> None:
    session: Session | None = g.get("db_session")
    if session is not None:
        session.rollback()
