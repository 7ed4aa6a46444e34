"""Language: Swedish unless chosen or asked for otherwise.

Texts are English in the code; every other language is a catalogue in recruit/translations, and there when its file is.
What a catalogue lacks stands in English.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.support import NullTranslations, Translations
from flask import Flask, g, has_request_context, request, session
from flask_babel import Babel, lazy_gettext
from flask_babel import force_locale as _force_texts
from flask_login import current_user
from werkzeug.exceptions import HTTPException

TRANSLATIONS = Path(__file__).parent / "translations"
#: What a region writes itself is in these two, and what is handed out for good in both.
BOTH = ("sv", "en")
_forced: ContextVar[str | None] = ContextVar("forced_language", default=None)
__all__ = [
    "BOTH",
    "force_locale",
    "gettext",
    "init_app",
    "language",
    "languages",
    "lazy_gettext",
    "ngettext",
    "own_name",
]


def init_app(app: Flask) -> None:
    """Attach Flask-Babel with the catalogues in recruit/translations."""
    app.config.update(
        BABEL_DEFAULT_LOCALE="sv",
        BABEL_DEFAULT_TIMEZONE="Europe/Stockholm",
        BABEL_TRANSLATION_DIRECTORIES=str(TRANSLATIONS),
    )
    Babel(app, locale_selector=language)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.globals.update(language=language, _=gettext, gettext=gettext, ngettext=ngettext)


def languages() -> tuple[str, ...]:
    """The codes of all languages there are: Swedish, English, and those whose catalogues lie beside the Swedish one."""
    return _languages(TRANSLATIONS)


@lru_cache
def _languages(folder: Path) -> tuple[str, ...]:
    others = sorted(each.parts[-3] for each in folder.glob("[a-z][a-z]/LC_MESSAGES/messages.mo"))
    return tuple(dict.fromkeys((*BOTH, *others)))


def own_name(code: str) -> str:
    """What a language calls itself, as in a choice of languages: "Svenska"."""
    name: str = Locale.parse(code).get_display_name(code) or code
    return name[:1].upper() + name[1:]


# A page says thousands of words, and Flask-Babel's own finds out anew for each which language it is in.
def gettext(text: str, /, **values: Any) -> str:
    """A text of the catalogue in the language of this request, with its values put in."""
    found: str = _catalogue(TRANSLATIONS, language()).gettext(text)
    return found % values if values else found


def ngettext(one: str, many: str, num: int, /, **values: Any) -> str:
    """The same for a number of things: `one` or `many` of them, as the language has it."""
    found: str = _catalogue(TRANSLATIONS, language()).ngettext(one, many, num)
    return found % {"num": num, **values}


@lru_cache
def _catalogue(folder: Path, locale: str) -> NullTranslations:
    return Translations.load(folder, [locale])


def language() -> str:
    """The language of this request: chosen, else the account's, else what the browser asks for, else Swedish.

    Within `force_locale` it is the forced one, with or without a request.
    """
    forced = _forced.get()
    if forced is not None:
        return forced
    try:
        found: str = g.language
    except (AttributeError, RuntimeError):  # not yet found, or outside an application
        if not has_request_context():
            return "sv"
        found = g.language = _find_language()
    return found


@contextmanager
def force_locale(locale: str) -> Iterator[None]:
    """Write in another language for a while: the texts, and the countries, days and numbers among them."""
    token = _forced.set(locale)
    try:
        with _force_texts(locale):
            yield
    finally:
        _forced.reset(token)


def _find_language() -> str:
    if session.get("language") not in languages() and current_user and current_user.is_authenticated:
        own: str = current_user.account.language
        return own
    return asked_for()


def asked_for() -> str:
    """The language that this browser has chosen or asks for, whoever is signed in: no database is asked."""
    chosen = session.get("language")
    if chosen in languages():
        return str(chosen)
    return request.accept_languages.best_match(languages()) or "sv"


def http_message(error: HTTPException) -> str:
    """What an HTTP error means for the person, and what to do."""
    messages = {
        400: gettext("The request could not be understood. Go back, reload the page and try again."),
        401: gettext("Sign in to see this page."),
        403: gettext("Your role does not give access to this page."),
        404: gettext("There is no page at this address. It may have moved, or you may lack access to it."),
        405: gettext("This address cannot be used that way. Go back and try again."),
        413: gettext(
            "What you sent is too large. A file may be at most 10 MB, and all that is typed on a page 2 MB."
        ),
        429: gettext("There were too many attempts in a short time."),
    }
    return messages.get(
        error.code or 500, gettext("Something went wrong here. Nothing was saved. Try again.")
    )
