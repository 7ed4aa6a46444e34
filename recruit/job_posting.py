"""An advertisement for machines: schema.org's JobPosting (https://schema.org/JobPosting)."""

from collections.abc import Sequence
from typing import Any

from markupsafe import escape

from recruit.i18n import gettext as _
from recruit.i18n import language
from recruit.models import Intake, PostForm, Region
from recruit.profile_view import ProfileView
from recruit.queries.intake import PostsAtSite

COUNTRY = "SE"


def job_posting(
    intake: Intake,
    region: Region,
    *,
    title: str,
    posts: Sequence[PostsAtSite],
    profile: ProfileView,
    url: str,
    length: str,
) -> dict[str, Any]:
    """The properties that search engines and job boards read. Nothing is said of pay: the intake has none."""
    number = sum(each.number for each in posts)
    return {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": title,
        "description": _description(length),
        "identifier": {
            "@type": "PropertyValue",
            "name": region.name,
            "value": intake.case_number or intake.slug,
        },
        "url": url,
        "inLanguage": language(),
        "datePosted": (intake.opened_at or intake.opens_at).isoformat(),
        "validThrough": intake.closes_at.isoformat(),
        "jobStartDate": intake.starts_on.isoformat(),
        "employmentType": ["FULL_TIME", "TEMPORARY"] if intake.form is PostForm.STANDALONE else ["FULL_TIME"],
        "totalJobOpenings": number,
        "directApply": True,
        "hiringOrganization": {"@type": "Organization", "name": region.name, "email": region.contact_email},
        "jobLocation": [_place(each, region) for each in posts],
        "qualifications": [" – ".join(each) for each in profile.requirements],
        "educationRequirements": {
            "@type": "EducationalOccupationalCredential",
            "credentialCategory": _("Medical degree"),
        },
    }


def _place(posts: PostsAtSite, region: Region) -> dict[str, Any]:
    return {
        "@type": "Place",
        "name": posts.site,
        "address": {"@type": "PostalAddress", "addressRegion": region.name, "addressCountry": COUNTRY},
    }


def _description(length: str) -> str:
    """HTML, as schema.org wants it."""
    paragraphs = [
        _(
            "Basic service (BT) is the first part of specialist training in Sweden: %(months)s months.",
            months=length,
        ),
        _(
            "For you who have a medical degree and have not done Swedish AT. You can apply before your licence is"
            " ready, in Swedish or English."
        ),
        _(
            "Everything that gives points stands in the advertisement, with its weight and what each level means. Two"
            " doctors assess each application without seeing name, age, sex, photo or country of education."
        ),
    ]
    return "".join(f"<p>{escape(each)}</p>" for each in paragraphs)
