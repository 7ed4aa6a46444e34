"""What a person wants to be told of by mail: at once, once a day, never."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from recruit.database import transaction
from recruit.i18n import gettext as _
from recruit.models import Notice, NoticePace
from recruit.notice_words import KINDS, PACES
from recruit.queries import people
from recruit.request import account, db
from recruit.services import notices as service

blueprint = Blueprint("notices", __name__)


@blueprint.route("/me/notices", methods=["GET", "POST"])
def mine() -> Any:
    """Choose for each kind. Only kinds that the person's roles can get are shown; others keep what was chosen."""
    kinds = _kinds()
    wrong = False
    if request.method == "POST":
        known = {each.value: each for each in NoticePace}
        chosen = {kind: known.get(request.form.get(kind.value, "")) for kind, _words in kinds}
        if all(chosen.values()):
            with transaction(db()):
                service.choose(
                    db(), account=account(), paces={kind: pace for kind, pace in chosen.items() if pace}
                )
            flash(_("Saved."))
            return redirect(url_for("notices.mine"), 303)
        wrong = True
    return render_template(
        "account/notices.html",
        kinds=kinds,
        paces=service.paces(db(), account=account()),
        wrong=wrong,
        choices=[(pace.value, text) for pace, text in PACES.items()],
    ), 422 if wrong else 200


def _kinds() -> list[tuple[Notice, str]]:
    roles = people.roles_anywhere(db(), account_id=account().id or 0)
    return [(kind, str(text)) for kind, text in KINDS.items() if service.RECEIVERS[kind] & roles]
