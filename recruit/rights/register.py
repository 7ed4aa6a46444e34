"""What of every table a person is told, and what not, with the reason. A test asks that no column is forgotten."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Part:
    """The rows of one table about an application, as `key`. `joined`: name -> (column, table, its column).

    `held`: the group's working material, which is shown when the selection has been made known; `held_columns` are the
    columns that are, where the rest of the row is not.
    """

    key: str
    columns: tuple[str, ...] = ()
    joined: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    held: bool = False
    held_columns: tuple[str, ...] = ()


#: Of the application's own row: all but these, of which `HELD_ANSWERS` is shown with what is held.
HELD_ANSWERS = ("eligibility", "struck_words")

PARTS = {
    "experience_period": Part(
        "periods",
        ("employer", "country", "area", "starts_on", "ends_on", "fte_percent", "supervised"),
    ),
    "referee": Part(
        "references",
        (
            "position", "name", "title", "workplace", "email", "phone", "language", "safety", "asks_for_help",
            "responsibility", "collaboration", "would_employ", "masked_setting", "masked_comment", "came_by",
            "answered_at",
        ),
        held_columns=(
            "safety", "asks_for_help", "responsibility", "collaboration", "would_employ", "masked_setting",
            "masked_comment",
        ),
    ),
    "reference_request": Part(
        "reference_requests",
        (
            "asked_at", "due_on", "first_due_on", "sent_to", "reminded_at", "revoked_at", "answered_at", "relation",
            "known_from", "known_until", "comment", "declined_at", "decline_reason", "from_session", "from_address",
        ),
        held_columns=(
            "relation", "known_from", "known_until", "comment", "decline_reason", "from_session", "from_address",
        ),
    ),
    "removed_part": Part("removed", ("kind", "name", "content", "removed_at", "until")),
    "merits_request": Part("requests_for_merits", ("number", "text", "asked_at", "answer", "answered_at")),
    "released_step": Part("released", ("kind", "happened_on", "released_at")),
    "decision_letter": Part("decision_letters", ("language", "sha256", "made_at")),
    "site_preference": Part("sites", ("rank",), {"site": ("site_id", "site", "name")}),
    "attachment": Part(
        "files",
        (
            "kind", "filename", "storage_name", "media_type", "size", "sha256", "issued_on", "uploaded_at",
            "redacts_id",
        ),
    ),
    "monitoring_answer": Part("monitoring", ("sex", "age_band")),
    "completion_request": Part(
        "requests_for_completion",
        (
            "kind", "topic", "requirement", "text", "asked_at", "due_on", "first_due_on", "reminded_at", "answered_at",
            "answer", "late", "handled_at", "cancelled_at", "cancel_reason",
        ),
    ),
    "correction_request": Part("corrections", ("wanted", "asked_at", "outcome", "answer", "answered_at")),
    "letter_recipient": Part(
        "letters",
        ("recipient", "language", "subject", "body"),
        {"kind": ("sending_id", "letter_sending", "kind"), "sent_at": ("sending_id", "letter_sending", "sent_at")},
    ),
    "outgoing_mail": Part(
        "mail",
        (
            "message_id", "recipient", "subject", "body", "language", "created_at", "state", "sent_at", "failed_at",
            "settled_at", "status_code", "attempts", "last_error",
        ),
    ),
    "disclosed_application": Part(
        "disclosures",
        (),
        {
            "number": ("disclosure_id", "disclosure", "number"),
            "asked_on": ("disclosure_id", "disclosure", "asked_on"),
            "parts": ("disclosure_id", "disclosure", "parts"),
            "outcome": ("disclosure_id", "disclosure", "outcome"),
            "decided_at": ("disclosure_id", "disclosure", "decided_at"),
        },
    ),
    "disclosure_masking": Part(
        "maskings", ("item", "kind", "page", "ground"), {"disclosure": ("disclosure_id", "disclosure", "number")}
    ),
    "hold": Part("holds", ("ground", "reason", "placed_at", "lifted_at", "lift_reason")),
    "outcome": Part("outcomes", ("kind", "happened_on", "reason", "note", "set_at"), held=True),
    "requirement_decision": Part(
        "requirements", ("requirement", "proposed", "answer", "reason", "decided_at"), held=True
    ),
    "requirement_replaced": Part(
        "earlier_requirements",
        ("old_answer", "old_proposed", "old_reason", "old_decided_at"),
        {"requirement": ("setting_id", "requirement_setting", "requirement")},
        held=True,
    ),
    "assignment": Part(
        "assessments",
        ("id", "assessor_id", "stage", "status", "assigned_at", "submitted_at", "recognised", "told_country"),
        held=True,
    ),
    "level": Part("levels", ("assignment_id", "criterion", "level", "note", "set_at"), held=True),
    "level_step": Part(
        "level_steps",
        (
            "assignment_id", "criterion", "level_before", "level_after", "note_before", "note_after", "taken_at",
        ),
        held=True,
    ),
    "set_aside": Part("set_aside", ("assignment_id", "reason", "words", "set_aside_at"), held=True),
    "conflict_of_interest": Part("conflicts", ("assessor_id", "reason", "declared_at"), held=True),
    "possible_conflict": Part(
        "possible_conflicts",
        ("assessor_id", "kinds", "found_at", "answer", "answered_kinds", "reason", "answered_at"),
        held=True,
    ),
    "calibration_case": Part("calibration", ("number",), held=True),
    "third_assessment": Part("third_assessments", ("stage", "asked_at"), held=True),
    "disagreement": Part(
        "disagreements",
        ("id", "stage", "way", "reason", "opened_at", "end", "end_reason", "settled_at"),
        held=True,
    ),
    "discussion_message": Part(
        "discussion", ("disagreement_id", "author_id", "text", "written_at"), held=True
    ),
    "level_change": Part(
        "changed_levels",
        ("disagreement_id", "assignment_id", "criterion", "old", "new", "reason", "changed_at"),
        held=True,
    ),
    "ranking_row": Part(
        "rankings",
        ("position", "status", "place", "points_milli"),
        {
            "stage": ("run_id", "ranking_run", "stage"),
            "run": ("run_id", "ranking_run", "number"),
            "made_at": ("run_id", "ranking_run", "created_at"),
        },
        held=True,
    ),
    "interview_list_entry": Part(
        "lists",
        ("kind", "group_name", "position", "conditional"),
        {
            "version": ("list_id", "interview_list", "version"),
            "list_status": ("list_id", "interview_list", "status"),
        },
        held=True,
    ),
    "borderline_decision": Part(
        "borderline",
        ("above", "reason_code", "reason"),
        {
            "version": ("list_id", "interview_list", "version"),
            "list_status": ("list_id", "interview_list", "status"),
        },
        held=True,
    ),
}  # fmt: skip

#: Columns that hold an assessor, told by a number of the application's own.
ASSESSORS = frozenset({"assessor_id", "author_id"})

#: Of the account.
ACCOUNT = ("email", "name", "language", "active", "created_at", "verified_at", "session_epoch")
#: Tables of the account itself, by what they are told as.
OF_ACCOUNT = {
    "membership": Part("roles", ("role", "workplace")),
    "email_token": Part("links", ("purpose", "email", "name", "target", "carried", "expires_at", "used_at")),
    "browser_session": Part("sessions", ("browser", "began_at", "ended_at")),
    "second_factor": Part("second_factor", ("confirmed_at",)),
    "recovery_code": Part("recovery_codes", ("used_at",)),
    "notice_choice": Part("notices", ("kind", "pace")),
    "visit": Part("visits", ("seen_at", "since")),
    "table_view": Part("views", ("name", "query", "shared", "saved_at")),
}

#: Columns that join rows and tell of nobody.
KEYS = frozenset(
    {
        "id", "region_id", "intake_id", "application_id", "account_id", "public_id", "revision", "assignment_id",
        "disagreement_id", "run_id", "list_id", "sending_id", "disclosure_id", "setting_id", "site_id", "round_id",
        "undoes_id", "attachment_id", "resent_from_id",
    }
)  # fmt: skip

#: What is not told, each with the reason.
LEFT_OUT = {
    "application.disposed_at": "it is gone then",
    "waiting_notice": "a reminder to a member of the group; what it is of stands in the record",
    "disposal_receipt": "there is one only when everything is gone",
    "record_entry": "told as `record`, with the values beside it",
    "record_value": "told as `record`",
    "account.password_hash": "would help whoever steals the file",
    "email_token.digest": "would help whoever steals the file",
    "email_token.password_hash": "would help whoever steals the file",
    "email_token.epoch": "a machine's note",
    "browser_session.epoch": "a machine's note",
    "second_factor.seed": "would help whoever steals the file",
    "second_factor.last_step": "a machine's note",
    "recovery_code.digest": "would help whoever steals the file",
    "reference_link": "keys of links, worth nothing to the applicant and kept as checksums",
    "reference_request.referee_id": "joins rows",
    "reference_request.mail_id": "joins rows",
    "reference_request.draft": "what the referee put aside and has not said yet",
    "reference_request.draft_at": "what the referee put aside and has not said yet",
    "removed_part.storage_name": "a machine's note",
    "decision_letter.basis": "a checksum",
    "decision_letter.content": "stands in the ZIP as a file",
    "set_aside.replacement_id": "somebody else of the group",
    "letter_recipient.included": "only letters that were sent are told",
    "letter_recipient.mark": "only letters that were sent are told",
    "letter_recipient.lacking": "only letters that were sent are told",
    "outgoing_mail.next_try_at": "a machine's note",
    "disclosed_application.seen": "a checksum",
    "disclosed_application.seen_at": "when somebody of the group went through it",
    "disclosure_masking.start": "a place in a text",
    "disclosure_masking.stop": "a place in a text",
    "disclosure_masking.image": "a place in a text",
    "disclosure_masking.masked_at": "the disclosure has its day",
}

#: Entries of the record that are shown also while a selection goes on: what the person did, and was told.
OPEN_ENTRIES = (
    "application.", "attachment.added", "attachment.removed", "completion.", "letter.", "rights.", "disclosure.",
    "disposal.", "record.",
)  # fmt: skip
