"""Finding what gives a person away in a text: who, from where, how old, of which sex. Pure: no web, no database."""

from recruit.traces.finding import Finder, Trace
from recruit.traces.person import KINDS, Person

__all__ = ["KINDS", "Finder", "Person", "Trace"]
