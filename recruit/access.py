"""Who may use which route: the one place. What is not listed is refused.

`PUBLIC` is everyone, `ACCOUNT` anyone who is signed in with a verified address, a set of roles is those roles in the
region that the address names. A region that the person has no role in answers 404, as if it did not exist.
"""

from recruit.models import Role

PUBLIC = "public"
ACCOUNT = "account"
Access = str | frozenset[Role]

_COORDINATOR = frozenset({Role.COORDINATOR})
_ASSESSOR = frozenset({Role.ASSESSOR})
_ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
_AUDITOR = frozenset({Role.AUDITOR})
_OVERSIGHT = frozenset({Role.COORDINATOR, Role.AUDITOR})
_GROUP = frozenset(Role)

ACCESS: dict[str, Access] = {
    "static": PUBLIC,
    "public.home": PUBLIC,
    "public.intake": PUBLIC,
    "public.language": PUBLIC,
    "public.health": PUBLIC,
    "mail.caught": PUBLIC,
    "account.login": PUBLIC,
    "account.logout": ACCOUNT,
    "account.register": PUBLIC,
    "account.check_mail": PUBLIC,
    "account.verify": PUBLIC,
    "account.forgot": PUBLIC,
    "account.reset": PUBLIC,
    "account.me": ACCOUNT,
    "application.mine": ACCOUNT,
    "application.start": ACCOUNT,
    "application.tasks": ACCOUNT,
    "application.topic": ACCOUNT,
    "application.period": ACCOUNT,
    "application.remove_period": ACCOUNT,
    "application.upload": ACCOUNT,
    "application.attachment": ACCOUNT,
    "application.remove_attachment": ACCOUNT,
    "application.check": ACCOUNT,
    "application.submit": ACCOUNT,
    "application.receipt": ACCOUNT,
    "application.result": ACCOUNT,
    "application.withdraw": ACCOUNT,
    "intake.home": _GROUP,
    "intake.new": _COORDINATOR,
    "intake.show": _OVERSIGHT,
    "intake.edit": _COORDINATOR,
    "intake.open": _COORDINATOR,
    "intake.extend": _COORDINATOR,
    "intake.close": _COORDINATOR,
    "profile.index": _OVERSIGHT,
    "profile.show": _OVERSIGHT,
    "profile.new": _COORDINATOR,
    "profile.download": _OVERSIGHT,
    "trial.show": _OVERSIGHT,
    "eligibility.index": _COORDINATOR,
    "eligibility.show": _COORDINATOR,
    "eligibility.decide": _COORDINATOR,
    "eligibility.attachment": _COORDINATOR,
    "eligibility.redact": _COORDINATOR,
    "eligibility.scan": _COORDINATOR,
    "eligibility.scanned_page": _COORDINATOR,
    "eligibility.reference": _COORDINATOR,
    "eligibility.references": _COORDINATOR,
    "assessment.assign": _COORDINATOR,
    "assessment.conflict": _COORDINATOR,
    "assessment.external": _COORDINATOR,
    "assessment.queue": _ASSESSOR,
    "assessment.score": _ASSESSOR,
    "assessment.recuse": _ASSESSOR,
    "assessment.document": _ASSESSOR,
    "ranking.index": _OVERSIGHT,
    "ranking.run": _COORDINATOR,
    "ranking.show": _OVERSIGHT,
    "ranking.release": _COORDINATOR,
    "place.show": _OVERSIGHT,
    "place.compare": _OVERSIGHT,
    "agreement.show": _OVERSIGHT,
    "sensitivity.show": _OVERSIGHT,
    "monitoring.show": _OVERSIGHT,
    "monitoring.figures": _OVERSIGHT,
    "interview.index": _OVERSIGHT,
    "interview.draft": _COORDINATOR,
    "interview.show": _OVERSIGHT,
    "interview.confirm": _COORDINATOR,
    "interview.discard": _COORDINATOR,
    "interview.download": _COORDINATOR,
    "interview.publish": _COORDINATOR,
    "zone.show": _OVERSIGHT,
    "zone.decide": _COORDINATOR,
    "zone.third": _COORDINATOR,
    "record_file.selection": _OVERSIGHT,
    "record_file.monitoring": _AUDITOR,
    "record.index": _OVERSIGHT | _ADMINISTRATOR,
    "record.verify": _OVERSIGHT | _ADMINISTRATOR,
    "people.index": _ADMINISTRATOR,
    "people.add": _ADMINISTRATOR,
    "people.change": _ADMINISTRATOR,
    "people.sites": _ADMINISTRATOR,
}
