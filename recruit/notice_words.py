"""What members of a group are told of by mail, and how often, in words."""

from recruit.i18n import lazy_gettext as _
from recruit.models import Notice, NoticePace

KINDS = {
    Notice.APPLICATION_WITHDRAWN: _("An applicant has withdrawn"),
    Notice.COMPLETION_ANSWERED: _("An applicant has answered a request for completion"),
    Notice.PROFILE_WAITS: _("A criteria profile waits for approval"),
    Notice.LIST_WAITS: _("An interview list waits to be confirmed"),
    Notice.ASSIGNED: _("I have applications to assess"),
    Notice.CALIBRATION_OPENED: _("A calibration is open"),
    Notice.DISCUSSION_OPENED: _("I am asked to discuss levels"),
    Notice.ASSESSMENTS_IN: _("All assessments of a stage are in"),
    Notice.MAIL_FAILED: _("A letter to an applicant did not arrive"),
    Notice.REFERENCE_CAME_IN: _("A reference has come in"),
    Notice.REFERENCE_TROUBLE: _("A reference needs to be looked at"),
    Notice.MERITS_ASKED: _("An applicant asks for the merits of those who were called or hired"),
}
PACES = {
    NoticePace.AT_ONCE: _("At once"),
    NoticePace.DAILY: _("Once a day"),
    NoticePace.NEVER: _("Never"),
}
