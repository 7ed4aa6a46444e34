"""The answers one can choose between, value by value as they are kept, with their words."""

from forms.texts import N_

LICENCE = (
    ("held", N_("Yes")),
    ("expected", N_("Not yet, but I expect it")),
    ("none", N_("No")),
)
LICENCE_ROUTE = (
    ("eu_recognition", N_("Recognition of a licence or degree from the EU, the EEA or Switzerland")),
    ("proficiency_test", N_("The proficiency test of the National Board of Health and Welfare")),
    ("complementary_programme", N_("A complementary programme at a Swedish university")),
    ("swedish_degree", N_("A medical degree from a Swedish university")),
)
WORK_PERMIT = (
    ("not_needed", N_("I do not need one")),
    ("held", N_("I have one")),
    ("expected", N_("Not yet, but I expect one")),
    ("none", N_("I need one and have not applied for it")),
)
LANGUAGE_EVIDENCE = (
    ("certificate", N_("A certificate at level C1 or higher")),
    ("education_in_swedish", N_("Education in Swedish")),
    ("work_in_swedish", N_("Work in Swedish")),
    ("nordic", N_("Danish or Norwegian as first language, or education in one of them")),
    ("expected", N_("I take a test later")),
    ("none", N_("I cannot show it yet")),
)
CLINICAL_AREA = (
    ("internal_medicine", N_("Internal medicine")),
    ("surgery", N_("Surgery or orthopaedics")),
    ("emergency", N_("Emergency care")),
    ("primary_care", N_("Primary care")),
    ("psychiatry", N_("Psychiatry")),
    ("paediatrics", N_("Paediatrics")),
    ("obstetrics", N_("Obstetrics and gynaecology")),
    ("anaesthesia", N_("Anaesthesia and intensive care")),
    ("other", N_("Another clinical area")),
)
ATTACHMENT_KIND = (
    ("cv", N_("CV")),
    ("diploma", N_("Diploma or degree certificate")),
    ("licence", N_("Licence, or decision on the way to it")),
    ("language", N_("Proof of Swedish")),
    ("work_permit", N_("Work permit")),
    ("reference", N_("Written reference")),
    ("merit", N_("Proof of another merit")),
    ("other", N_("Something else")),
)
SEX = (
    ("female", N_("Woman")),
    ("male", N_("Man")),
    ("other", N_("Another sex")),
    ("", N_("I prefer not to answer")),
)
AGE_BAND = (
    ("under_30", N_("Under 30")),
    ("30_34", N_("30–34")),
    ("35_39", N_("35–39")),
    ("40_over", N_("40 or over")),
    ("", N_("I prefer not to answer")),
)


REFERENCE_WAY = (
    ("online", N_("The referee's own form online")),
    ("letter", N_("Letter")),
    ("email", N_("E-mail")),
    ("telephone", N_("Telephone")),
)


def words_for(choices: tuple[tuple[str, str], ...], value: str | None) -> str:
    """The untranslated words of a value; empty for None, the value itself when it is unknown."""
    if value is None:
        return ""
    return dict(choices).get(value, value)


#: Why a group decides as it does in the borderline zone. Each is about tasks, criteria or documents, never the person.
ZONE_REASON = (
    ("points_kept", N_("The order of points is kept")),
    ("breadth", N_("Breadth that the programme needs")),
    ("documented", N_("Evidence in the documents that the levels do not show")),
    ("undocumented", N_("The documents do not bear out what the levels rest on")),
    ("assessors_differed", N_("The assessors differed, and the group has gone through it")),
    ("criterion_weighed", N_("One criterion weighs more where totals are nearly equal")),
    ("references", N_("What the references say of the clinical work")),
    ("condition", N_("A condition of eligibility that is not yet met")),
    ("tie", N_("Equal points, parted only by the tie rule")),
    ("other", N_("Another reason, which is written out")),
)
