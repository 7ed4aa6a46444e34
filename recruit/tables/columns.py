"""Which column is which."""

from collections.abc import Iterable, Sequence

from forms.texts import N_, Message
from recruit.tables.errors import FileError
from recruit.tables.reading import Table
from recruit.tables.text import listed, shown, suggestion


def parse_mapping(options: Sequence[str]) -> dict[str, str]:
    """`('clinical_months=Months in Sweden',)` -> `{'clinical_months': 'Months in Sweden'}`.

    Raises FileError for one without "=", an empty side, or a key given twice.
    """
    mapping: dict[str, str] = {}
    for option in options:
        key, equals, header = (part.strip() for part in option.partition("="))
        if not equals or not key or not header:
            raise FileError(
                f'--column \'{option}\': write it as key="Header", for example --column id="Application '
                'number".'
            )
        if key in mapping:
            raise FileError(
                f"--column: '{key}' is given twice, as '{mapping[key]}' and as '{header}'. Keep one."
            )
        mapping[key] = header
    return mapping


def find(table: Table, header: str) -> str | None:
    """The header as the table writes it: exactly, or else without regard to case; None if it is not there."""
    if header in table.headers:
        return header
    folded = header.casefold()
    return next((each for each in table.headers if each.casefold() == folded), None)


def need(table: Table, header: str, purpose: str) -> str:
    """The header as the table writes it.

    Raises FileError when it is missing, with what it is for, the headers that there are, and the nearest
    of them.
    """
    found = find(table, header)
    if found is None:
        raise FileError(
            Message(
                N_(
                    "%(file)s: the column '%(column)s' is missing (%(purpose)s).%(near)s The columns are %(columns)s."
                ),
                file=table.name,
                column=shown(header),
                purpose=purpose,
                near=suggestion(header, table.headers),
                columns=listed(table.headers),
            )
        )
    return found


class Columns:
    """The columns of one table under the keys that the program uses."""

    def __init__(self, table: Table, mapping: dict[str, str], known: Iterable[str]) -> None:
        """Raises FileError when a mapping names an unknown key or header, or a header that another key
        already has."""
        self.table = table
        self.mapping = mapping
        self.used: set[str] = set()
        known = list(known)
        for key, header in mapping.items():
            if key not in known:
                raise FileError(
                    f"--column: '{key}' is unknown.{suggestion(key, known)} Known are {listed(known, 30)}."
                )
            actual = need(table, header, f"named by --column {key}")
            clash = find(table, key)
            if clash is not None and clash != actual:
                raise FileError(
                    f"--column {key}=\"{header}\": {table.name} also has a column '{clash}'. Remove one "
                    "of them, or the option."
                )
            if list(mapping.values()).count(header) > 1:
                raise FileError(
                    f"--column: '{header}' is given for more than one key. Give each key its own column."
                )

    def find(self, key: str) -> str | None:
        """The header for a key, or None; what is found is remembered as used."""
        header = find(self.table, self.mapping.get(key, key))
        if header is not None:
            self.used.add(header)
        return header

    def need(self, key: str, purpose: str) -> str:
        """The header for a key; FileError when there is none."""
        header = need(self.table, self.mapping.get(key, key), purpose)
        self.used.add(header)
        return header

    def unused(self) -> list[str]:
        """Headers that nothing asked for, in the order of the table."""
        return [header for header in self.table.headers if header not in self.used]


def refuse_misspelt(table: Table, unused: Iterable[str], absent: Sequence[str]) -> None:
    """Refuse a column that nothing reads when its header is nearly a key that was looked for and not found.

    Exports have many columns that are none of ours, so an unknown column alone is only named in a note. One that
    is nearly a known key is most likely a slip of the pen, and leaving it out would change the result in silence.
    Raises FileError.
    """
    for header in unused:
        meant = suggestion(header.strip(), absent)
        if meant:
            raise FileError(
                f"{table.name}: the column '{header}' is unknown.{meant} Rename it, name it with --column, or "
                "take it out."
            )
