"""Groups of countries and of licence routes, for the monitoring only. Nothing that ranks imports this."""

from recruit.models import LicenceRoute

#: Including the self-governing parts, which have codes of their own.
NORDIC = frozenset({"AX", "DK", "FI", "FO", "GL", "IS", "NO", "SE", "SJ"})
BALTIC = frozenset({"EE", "LT", "LV"})
#: The rest of the EU with its outermost regions, the EEA, and Switzerland, whose doctors are treated alike.
OTHER_EU_EEA = frozenset(
    {
        *("AT", "BE", "BG", "CY", "CZ", "DE", "ES", "FR", "GR", "HR", "HU", "IE", "IT", "LU", "MT", "NL"),
        *("PL", "PT", "RO", "SI", "SK"),
        *("GF", "GP", "MF", "MQ", "RE", "YT"),
        *("CH", "LI"),
    }
)
COUNTRY_GROUPS = ("nordic", "baltic", "other_eu_eea", "outside_eu_eea")

_ROUTE_GROUPS = {
    LicenceRoute.EU_RECOGNITION: "eu_eea",
    LicenceRoute.PROFICIENCY_TEST: "third_country",
    LicenceRoute.COMPLEMENTARY_PROGRAMME: "third_country",
    LicenceRoute.SWEDISH_DEGREE: "swedish",
}
ROUTE_GROUPS = ("eu_eea", "third_country", "swedish")


def country_group(code: str | None) -> str | None:
    """The group of a country (ISO 3166-1 alpha-2, or XK), one of COUNTRY_GROUPS; None if there is no country.

    The United Kingdom lies outside the EU and the EEA.
    """
    if not code:
        return None
    if code in NORDIC:
        return "nordic"
    if code in BALTIC:
        return "baltic"
    return "other_eu_eea" if code in OTHER_EU_EEA else "outside_eu_eea"


def route_group(route: LicenceRoute | None) -> str | None:
    """The group of a licence route: one of ROUTE_GROUPS; None if it is not answered."""
    return None if route is None else _ROUTE_GROUPS[route]
