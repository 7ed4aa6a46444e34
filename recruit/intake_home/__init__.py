"""The home of an intake, part by part: each module turns what was read into what is shown of one subject."""

from recruit.intake_home.card import Card, card_of

__all__ = ["Card", "card_of"]
