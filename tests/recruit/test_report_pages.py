"""The report: its page, its files against the published schema, and the auditor's signature."""

import json
from typing import Any

import jsonschema
import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlmodel import Session, select

from recruit.analysis.funnel import funnel
from recruit.analysis.settings import Work
from recruit.models import Application, Intake, MonitoringSignature, RecordEntry, Role
from recruit.report.schema import schema
from recruit.services import analysis
from recruit.services.analysis import Computed
from recruit.services.verification import verify
from tests.recruit.factories import NOW, World, member, post, sign_in
from tests.recruit.kept import kept
from tests.recruit.ranking_helpers import confirmed, ranked
from tests.recruit.test_monitoring_pages import mixed_intake
from tests.recruit.test_ranking_pages import english
from tests.recruit.test_verification import _drop_triggers

URL = "/g/alvmark/bt-2026/monitoring/report"
SECTIONS = ("stratified_by", "sources", "order", "over_time", "proxies", "alternatives", "bar")
COMMENTS = {"analysis": "1", "overall": "Inget larm.\nFölj ålder.", "sex": "Lika."}


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Analyses of which the funnel is real, and the rest beside the point."""
    reason = {"reason": {"sv": "Utelämnat.", "en": "Left out."}}

    def compute(found: Any, *_progress: Any) -> Computed:
        head = {"version": 1, "alpha": 0.05, "n": len(found.people), "list": found.drawn, "run": found.run}
        figures = head | {"funnel": funnel(Work(found, 7))} | dict.fromkeys(SECTIONS, reason)
        return Computed(found.list_id, 7, found.sha256, json.dumps(figures))

    monkeypatch.setattr(analysis, "compute", compute)


@pytest.fixture
@kept(Intake)
def listed(session: Session, world: World) -> Intake:
    """An intake with a confirmed list."""
    made = mixed_intake(session, world)
    run = ranked(session, world, made)
    confirmed(session, world, made, run, places=12)
    return made


@pytest.fixture
def intake(session: Session, listed: Intake, short: None) -> Intake:
    """The same with a finished analysis."""
    analyse(session, listed)
    return listed


def analyse(session: Session, intake: Intake) -> None:
    analysis.analyse_now(session, intake=intake, now=NOW)
    session.commit()


def report(client: FlaskClient, kind: str) -> Any:
    response = client.get(f"{URL}.json?kind={kind}")
    assert response.status_code == 200, response.text
    found = json.loads(response.text)
    jsonschema.Draft202012Validator(schema()).validate(found)
    return found


def test_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


def test_both_reports_follow_the_schema_signed_or_not(
    session: Session, world: World, client: FlaskClient, intake: Intake
) -> None:
    sign_in(client, world.auditor)
    full, public = report(client, "full"), report(client, "publication")
    assert full["signature"] is None
    assert public["analysis"] is None
    assert full["local_law_144"]["outcome"] == "called"
    row = full["local_law_144"]["attributes"]["sex"]["selection"]["rows"][0]
    assert row["rate"] == pytest.approx(row["selected"] / row["n"])
    assert post(client, URL, COMMENTS).status_code == 303
    full, public = report(client, "full"), report(client, "publication")
    for each in (full, public):
        assert each["signature"]["comments"] == {"overall": "Inget larm.\nFölj ålder.", "sex": "Lika."}
        assert each["analysis"]["number"] == 1
    assert full["signature"]["seal"] == public["signature"]["seal"]


def test_publication_holds_nothing_that_is_not_suppressed(
    session: Session, world: World, client: FlaskClient, intake: Intake
) -> None:
    """No section, no small count, no checksum against which guesses of an answer could be tried."""
    sign_in(client, world.auditor)
    post(client, URL, COMMENTS)
    found = report(client, "publication")
    assert "sections" not in found
    digests = report(client, "full")
    for secret in (digests["analysis"]["figures_sha256"], digests["signature"]["salt"]):
        assert secret not in json.dumps(found)
    assert set(SECTIONS) < set(found["left_out"])
    counts = [
        row[cell]
        for attribute in found["figures"]["attributes"].values()
        for stage in attribute["stages"].values()
        for row in stage["groups"].values()
        for cell in ("n", "selected")
    ]
    assert None in counts
    assert all(count is None or count >= 5 for count in counts)


def test_published_figures_are_those_of_the_signing(
    session: Session, world: World, client: FlaskClient, intake: Intake
) -> None:
    sign_in(client, world.auditor)
    post(client, URL, COMMENTS)
    before = client.get(f"{URL}.json").text
    country = session.exec(select(Application).where(Application.education_country == "SY")).first()
    assert country is not None
    country.education_country = "LV"
    session.add(country)
    session.commit()
    assert client.get(f"{URL}.json").text == before


def test_group_reads_the_suppressed_report_and_cannot_have_it_in_full(
    session: Session, world: World, client: FlaskClient, intake: Intake
) -> None:
    sign_in(client, world.coordinator)
    english(client)
    page = client.get(URL).text
    assert "Groups smaller than 5 are hidden" in page
    assert "Sign the report" not in page
    assert "kind=full" not in page
    assert client.get(f"{URL}.json?kind=full").status_code == 403
    assert client.get(f"{URL}.pdf?kind=full").status_code == 403
    assert post(client, URL, COMMENTS).status_code == 403
    assert report(client, "publication")["kind"] == "publication"


def test_auditor_in_the_group_neither_reads_in_full_nor_signs(
    session: Session, world: World, client: FlaskClient, intake: Intake
) -> None:
    both = member(session, world.region, "both@alvmark.example", Role.AUDITOR, Role.ASSESSOR)
    session.commit()
    sign_in(client, both)
    english(client)
    refused = post(client, URL, COMMENTS)
    assert refused.status_code == 403
    assert "even as an auditor" in refused.text
    assert client.get(f"{URL}.json?kind=full").status_code == 403
    assert session.exec(select(MonitoringSignature)).first() is None


def test_signature_is_given_once_to_the_newest_analysis_that_holds(
    session: Session, world: World, client: FlaskClient, intake: Intake
) -> None:
    sign_in(client, world.auditor)
    english(client)
    empty = post(client, URL, {"analysis": "1", "overall": "  "})
    assert empty.status_code == 422
    assert "Say in a few words" in empty.text
    assert "is newer than the one" in post(client, URL, COMMENTS | {"analysis": "7"}).text
    assert post(client, URL, COMMENTS).status_code == 303
    again = post(client, URL, COMMENTS)
    assert again.status_code == 409
    assert "signed already" in again.text
    page = client.get(URL).text
    assert "Signed by the auditor" in page
    assert "Lika." in page
    applicant = session.exec(select(Application).where(Application.education_country == "SY")).first()
    assert applicant is not None
    applicant.education_country = "RO"
    session.add(applicant)
    session.commit()
    analyse(session, intake)
    page = client.get(URL).text
    assert "Not signed by an auditor" in page
    assert "Analysis 1 is signed" in page
    assert "Lika." not in page
    assert "Lika." in client.get(f"{URL}?analysis=1").text
    assert client.get(f"{URL}?analysis=9").status_code == 404
    applicant.education_country = "DE"
    session.add(applicant)
    session.commit()
    stale = post(client, URL, COMMENTS | {"analysis": "2"})
    assert stale.status_code == 409
    assert "has changed since" in stale.text
    assert len(session.exec(select(MonitoringSignature)).all()) == 1


def test_analysis_before_the_list_is_confirmed_is_not_signed(
    session: Session, world: World, client: FlaskClient, short: None
) -> None:
    made = mixed_intake(session, world)
    ranked(session, world, made)
    analyse(session, made)
    sign_in(client, world.auditor)
    english(client)
    refused = post(client, URL, COMMENTS)
    assert refused.status_code == 409
    assert "The list is not confirmed yet" in refused.text
    assert session.exec(select(MonitoringSignature)).all() == []


def test_record_vouches_for_the_signature(
    session: Session, world: World, client: FlaskClient, intake: Intake
) -> None:
    sign_in(client, world.auditor)
    post(client, URL, COMMENTS)
    assert world.region.id is not None
    entry = session.exec(select(RecordEntry).where(RecordEntry.action == "monitoring.signed")).one()
    assert entry.intake_id == intake.id
    assert verify(session, region_id=world.region.id).ok
    _drop_triggers(session)
    session.execute(text("UPDATE monitoring_analysis SET figures = REPLACE(figures, '0.05', '0.06')"))
    session.execute(text("UPDATE monitoring_signature SET comments = '{}'"))
    session.commit()
    session.expire_all()
    found = [each.message for each in verify(session, region_id=world.region.id).findings]
    assert any("do not match their checksum" in each for each in found)
    assert any("not those that were signed" in each for each in found)


def test_signature_cannot_be_changed_or_deleted(
    session: Session, world: World, client: FlaskClient, intake: Intake
) -> None:
    sign_in(client, world.auditor)
    post(client, URL, COMMENTS)
    for statement in ("UPDATE monitoring_signature SET comments = ''", "DELETE FROM monitoring_signature"):
        with pytest.raises(Exception, match="is never changed"):
            session.execute(text(statement))
        session.rollback()


def test_pdf_in_both_languages(session: Session, world: World, client: FlaskClient, intake: Intake) -> None:
    from io import BytesIO

    from pypdf import PdfReader

    sign_in(client, world.auditor)
    for language, title in (("sv", "Granskningens rapport"), ("en", "Report of the monitoring")):
        response = client.get(f"{URL}.pdf?lang={language}")
        assert response.mimetype == "application/pdf"
        assert "monitoring-report-alvmark-bt-2026-publication.pdf" in response.headers["Content-Disposition"]
        assert title in PdfReader(BytesIO(response.data)).pages[0].extract_text()
    assert client.get(f"{URL}.pdf?lang=fi").status_code == 404
