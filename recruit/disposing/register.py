"""What becomes of every table when an application is disposed of. A test asks that no column of words is forgotten.

Decided rows stay without their words: counts, levels and results are statistics, and lists, runs and signed reports
are recomputed from them. Rows that only the person is about go whole.
"""

from typing import Any

from recruit.models import Application, metadata

#: Rows that go. The files of `attachment` go with them.
GOES = (
    "experience_period",
    "site_preference",
    "monitoring_answer",
    "requirement_replaced",
    "letter_recipient",
    "outgoing_mail",
    "waiting_notice",
    "attachment",
    "removed_part",
    "reference_link",
    "decision_letter",
    "referee",
    "record_value",
)

#: Rows that stay, with these columns emptied.
EMPTIED: dict[str, dict[str, Any]] = {
    "set_aside": {"words": ""},
    "level_step": {"note_before": "", "note_after": ""},
    "level": {"note": ""},
    "conflict_of_interest": {"reason": ""},
    "possible_conflict": {"reason": ""},
    "completion_request": {"text": "", "answer": "", "cancel_reason": ""},
    "reference_request": {"sent_to": "", "draft": "", "known_from": "", "known_until": "", "comment": ""},
    "merits_request": {"text": "", "answer": ""},
    "correction_request": {"wanted": "", "answer": ""},
    "discussion_message": {"text": ""},
    "level_change": {"reason": ""},
    "disagreement": {"reason": "", "end_reason": ""},
    "requirement_decision": {"reason": ""},
    "borderline_decision": {"reason": ""},
    "outcome": {"note": ""},
    "disclosure_masking": {"ground": ""},
    "hold": {"reason": "", "lift_reason": ""},
}

#: Of the application's own row only these stay: that there was one, when it was sent, and what was decided.
APPLICATION_KEEPS = frozenset({"submitted_at", "changed_at", "withdrawn_at", "disposed_at", "notice_version"})

#: Columns of words that stay in rows about an application, each with the reason.
STAYS = {
    "application.reference": "names the disposal; leads to nobody once the account is emptied",
    "application.mask_code": "rankings and lists are recomputed from it; leads to nobody any more",
    "assignment.stage": "a fixed word",
    "level.criterion": "a key of the criteria profile",
    "level_step.criterion": "a key of the criteria profile",
    "level_change.criterion": "a key of the criteria profile",
    "third_assessment.stage": "a fixed word",
    "disagreement.stage": "a fixed word",
    "requirement_decision.requirement": "a key of the criteria profile",
    "possible_conflict.kinds": "fixed words",
    "possible_conflict.answered_kinds": "fixed words",
    "completion_request.public_id": "a random key",
    "completion_request.topic": "a fixed word",
    "completion_request.requirement": "a key of the criteria profile",
    "correction_request.public_id": "a random key",
    "hold.public_id": "a random key",
    "reference_request.public_id": "a random key",
    "merits_request.public_id": "a random key",
    "disposal_receipt.reason": "the decision that the disposal rests on",
    "disposal_receipt.counts": "numbers",
    "interview_list_entry.group_name": "a line's name: sites",
    "ranking_row.status": "a fixed word",
    "disclosure.sha256": "a checksum",
    "disclosed_application.seen": "a checksum",
    "disclosure_masking.item": "a key of the material",
    "disclosure_masking.kind": "a fixed word",
    "record_entry.action": "a fixed word",
    "record_entry.subject_kind": "a fixed word",
    "record_entry.digests": "salted checksums, whose salts go with the values",
    "record_entry.previous_hash": "the chain",
    "record_entry.hash": "the chain",
}

#: Tables that are about no single application but may hold words about one: who takes those, or why they stay.
SHARED = {
    "disclosure": "services.disclosure.dispose empties the request and the letter",
    "disclosure_file": "services.disclosure.dispose deletes the file",
    "letter_sending": "services.letters.forget empties a letter that nobody else got",
    "meeting": "emptied with the last application of the intake; applicants stand by code",
    "zone_decision": "emptied with the last application of the intake; it is about the zone, by code",
    "account": "emptied when nothing is left that the person has sent",
    "email_token": "deleted with the account",
    "notice_choice": "deleted with the account",
    "browser_session": "deleted with the account",
    "second_factor": "deleted with the account",
    "recovery_code": "deleted with the account",
    "membership": "the group's",
}

#: Tables without words about applicants, each with what they hold.
OTHERS = {
    "disposal_plan": "which decision the plan rests on",
    "region": "the region's own address",
    "decision_contact": "the region's own addresses",
    "site": "names of sites",
    "stage_setting": "fixed words",
    "assignment_plan": "ids and numbers",
    "calibration_round": "why a calibration was skipped",
    "calibration_note": "how the group reads its criteria",
    "disagreement_threshold": "fixed words",
    "criteria_profile": "the profile",
    "profile_review": "what was said of the profile",
    "profile_draft": "the profile",
    "profile_draft_step": "the profile",
    "intake": "the advertisement",
    "posts": "names of wards",
    "deadline_extension": "why more time was given to all",
    "lot_seed": "random numbers",
    "interview_list": "lines, codes and checksums",
    "monitoring_showing": "counts and salted digests",
    "monitoring_analysis": "counts, suppressed where they leave the house",
    "monitoring_signature": "counts and what the auditor signed; the form asks to name nobody",
    "lesson_comment": "what the group learnt; the form asks to name nobody",
    "lesson_summary": "what the group learnt; the form asks to name nobody",
    "letter_template": "texts of letters, with fields instead of names",
    "case_pattern": "patterns",
    "case_counter": "series of numbers",
    "ranking_run": "levels and points by code, recomputed by whoever checks the list",
    "ranking_release": "the chain",
    "table_view": "filters, never what was searched for",
    "requirement_setting": "fixed words",
}


def application_emptied() -> dict[str, Any]:
    """The columns of an application's own row that go, all of them to None or as on an empty draft."""
    table = metadata().tables["application"]
    gone: dict[str, Any] = {
        column.name: None
        for column in table.columns
        if column.nullable and column.name not in APPLICATION_KEEPS
    }
    fields = Application.model_fields
    return {name: fields[name].default if name in fields else None for name in gone}
