"""Which answers belong to which topic of an application."""

#: The answers of each topic that are columns of the application.
TOPIC_COLUMNS: dict[str, frozenset[str]] = {
    "about_you": frozenset({"given_name", "family_name", "native_name", "phone", "city"}),
    "licence": frozenset({"licence", "licence_on", "licence_route"}),
    "start": frozenset(
        {
            "swedish_at",
            "st_before_july_2021",
            "earlier_bt_certificate",
            "can_start",
            "work_permit",
            "work_permit_on",
            "credit_claim",
        }
    ),
    "education": frozenset({"education_country", "institution", "graduation_year"}),
    "language": frozenset({"language_evidence", "language_on", "language_note"}),
    "experience": frozenset({"no_experience"}),
    "own_words": frozenset({"motivation", "learning_needs", "scientific_work", "other_work"}),
}
