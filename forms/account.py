"""Signing in, creating an account, passwords, language."""

import re
from typing import Any

from wtforms import EmailField, Form, PasswordField, RadioField, StringField, ValidationError
from wtforms.validators import DataRequired, EqualTo, InputRequired, Length, Optional

from forms.base import WordedForm
from forms.texts import N_

_ADDRESS = re.compile(r"^[^@\s<>\"(),:;]+@[^@\s.]+(\.[^@\s.]+)+$")


def stripped(value: str | None) -> str | None:
    """The text without blanks around it."""
    return value.strip() if value else value


def is_address(_form: Form, field: StringField) -> None:
    """One address, with something before the @ and a domain with a dot after it; every sign of it can be seen."""
    address = field.data or ""
    if not _ADDRESS.match(address) or len(address) > 254 or not address.isprintable():
        raise ValidationError(N_("Write an e-mail address in the form name@example.com"))


def _name(*needed: Any) -> StringField:
    """The person's name; `needed` is the validator of a form that does not go without."""
    return StringField(
        N_("Your name"),
        description=N_("As you want to be addressed, in any script."),
        filters=[stripped],
        validators=[*needed, Length(max=200, message=N_("Use at most 200 characters"))],
        render_kw={"autocomplete": "name", "dir": "auto"},
    )


class LoginForm(WordedForm):
    """E-mail address and password."""

    email = EmailField(
        N_("E-mail address"),
        filters=[stripped],
        validators=[InputRequired(N_("Write your e-mail address"))],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(
        N_("Password"),
        validators=[InputRequired(N_("Write your password"))],
        render_kw={"autocomplete": "current-password"},
    )


class RegisterForm(WordedForm):
    """A new account."""

    name = _name(DataRequired(N_("Write your name")))
    email = EmailField(
        N_("E-mail address"),
        description=N_("We send a link to it. Use an address that you read often."),
        filters=[stripped],
        validators=[InputRequired(N_("Write your e-mail address")), is_address],
        render_kw={"autocomplete": "email"},
    )
    password = PasswordField(
        N_("Choose a password"),
        description=N_(
            "You can leave this empty and sign in by links in the mail. If not: at least 10 characters."
        ),
        validators=[Optional(), Length(min=10, max=200, message=N_("Use from 10 to 200 characters"))],
        render_kw={"autocomplete": "new-password"},
    )


class LinkForm(WordedForm):
    """What a link's page asks whoever has no account yet."""

    name = _name()


class ConfirmForm(WordedForm):
    """The password chosen at registration, to confirm the address."""

    password = PasswordField(
        N_("The password you chose"),
        validators=[InputRequired(N_("Write the password you chose"))],
        render_kw={"autocomplete": "current-password"},
    )


class ForgottenForm(WordedForm):
    """Where to send the link."""

    email = EmailField(
        N_("E-mail address"),
        filters=[stripped],
        validators=[InputRequired(N_("Write your e-mail address")), is_address],
        render_kw={"autocomplete": "email"},
    )


class NewPasswordForm(WordedForm):
    """A new password, typed twice because nobody can see it."""

    password = PasswordField(
        N_("New password"),
        description=N_("At least 10 characters. Three words in a row are easy to remember."),
        validators=[
            InputRequired(N_("Choose a password")),
            Length(min=10, max=200, message=N_("Use from 10 to 200 characters")),
        ],
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        N_("The same password again"),
        validators=[EqualTo("password", message=N_("The two passwords differ"))],
        render_kw={"autocomplete": "new-password"},
    )


class PasswordForm(NewPasswordForm):
    """A new password, by someone who knows the present one."""

    old = PasswordField(
        N_("Present password"),
        validators=[InputRequired(N_("Write your present password"))],
        render_kw={"autocomplete": "current-password"},
    )


class LanguageForm(WordedForm):
    """The language of pages and mail. `choices` {code: its own name} are set by who makes the form."""

    language = RadioField(
        N_("Language of pages and mail"),
        choices={},
        validators=[InputRequired(N_("Choose a language"))],
    )


class NameForm(WordedForm):
    """Another name."""

    name = _name(DataRequired(N_("Write your name")))


class RemovePasswordForm(WordedForm):
    """The present password, to be rid of it."""

    old = PasswordField(
        N_("Present password"),
        validators=[InputRequired(N_("Write your present password"))],
        render_kw={"autocomplete": "current-password"},
    )


class AddressForm(WordedForm):
    """Another mail address. Whoever has no password leaves that field out."""

    email = EmailField(
        N_("New e-mail address"),
        filters=[stripped],
        validators=[InputRequired(N_("Write your new e-mail address")), is_address],
        render_kw={"autocomplete": "email"},
    )
    old = PasswordField(N_("Present password"), render_kw={"autocomplete": "current-password"})


class FirstCodeForm(WordedForm):
    """The first code from an app that has just been given the secret."""

    code = StringField(
        N_("Code from the app"),
        description=N_("Six digits."),
        filters=[stripped],
        validators=[InputRequired(N_("Write the six digits that the app shows"))],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"},
    )


class CodeForm(WordedForm):
    """A code from the app, or a recovery code."""

    code = StringField(
        N_("Code"),
        description=N_("The six digits that your app shows, or one of your recovery codes."),
        filters=[stripped],
        validators=[
            InputRequired(N_("Write the code")),
            Length(max=40, message=N_("A code has at most 40 characters")),
        ],
        render_kw={"autocomplete": "one-time-code", "spellcheck": "false", "autocapitalize": "none"},
    )


class ProofForm(WordedForm):
    """A fresh code, a recovery code or the password, before the second factor is removed."""

    proof = PasswordField(
        N_("Code or password"),
        description=N_("A fresh code from the app, a recovery code, or your password."),
        validators=[InputRequired(N_("Write a code or your password"))],
        render_kw={"autocomplete": "off"},
    )
