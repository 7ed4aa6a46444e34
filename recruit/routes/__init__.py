"""HTTP: one thin module per step. Each turns a form into a command, calls a service in one transaction, redirects."""

from recruit.routes import (
    account,
    agreement,
    application,
    assessment,
    eligibility,
    guide,
    intake,
    interview,
    mail,
    monitoring,
    outcome,
    people,
    place,
    profile,
    profile_review,
    public,
    ranking,
    record,
    record_file,
    sensitivity,
    trial,
    zone,
)

BLUEPRINTS = tuple(
    module.blueprint
    for module in (
        public,
        guide,
        account,
        application,
        intake,
        profile,
        profile_review,
        trial,
        eligibility,
        assessment,
        ranking,
        place,
        agreement,
        sensitivity,
        monitoring,
        interview,
        zone,
        outcome,
        record,
        record_file,
        people,
        mail,
    )
)
