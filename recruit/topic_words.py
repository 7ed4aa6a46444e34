"""What the topics of an application are called."""

from recruit.i18n import lazy_gettext as _

TITLES = {
    "about_you": _("About you"),
    "licence": _("Licence"),
    "start": _("Basic service and start"),
    "education": _("Education"),
    "language": _("Language"),
    "experience": _("Clinical work"),
    "references": _("References"),
    "own_words": _("In your own words"),
    "attachments": _("Documents"),
    "sites": _("Sites you prefer"),
    "monitoring": _("Voluntary questions"),
}
