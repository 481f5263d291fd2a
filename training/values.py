"""Values that stand in the place of entities: names, places, organisations and addresses in the forms people write."""

from __future__ import annotations

from random import Random

from training import lists
from training.corpora import LOCATION, ORGANIZATION, PERSON, STREET

Part = tuple[str, str]
"""Text and its label; `""` for none."""

LOCALES_OFTEN = (
    "en_US",
    "en_GB",
    "en_IE",
    "en_US",
    "de_DE",
    "fr_FR",
    "es_ES",
    "it_IT",
    "nl_NL",
    "sv_SE",
    "da_DK",
    "pl_PL",
)
PARTICLES = ("van", "van der", "de", "von", "di", "da", "del", "bin", "el", "Mac", "O'", "St.", "la", "dos", "van den")
ORG_ENDINGS = (
    "Inc.",
    "Ltd.",
    "LLC",
    "plc",
    "GmbH",
    "Corp.",
    "AG",
    "Group",
    "& Co.",
    "Inc",
    "Ltd",
    "S.A.",
    "B.V.",
    "Holdings",
)
ORG_NOUNS = (
    *(
        "Systems",
        "Technologies",
        "Labs",
        "Solutions",
        "Networks",
        "Analytics",
        "Partners",
        "Capital",
        "Energy",
        "Media",
    ),
    *("Foods", "Motors", "Airlines", "Insurance", "Logistics", "Consulting", "Health", "Robotics", "Software", "Data"),
    *("Pharmacy", "Bakery", "Garage", "Dental", "Law", "Foundation", "Records", "Security", "Gardens", "Cleaning"),
)
ORG_PLACES = (
    *("University of {c}", "Bank of {c}", "{c} University", "{c} City Council", "{c} General Hospital", "{c} United"),
    *("{c} Police Department", "{c} High School", "{c} Airport Authority", "Museum of {c}", "{c} Chamber of Commerce"),
    *("Department of {t}", "Ministry of {t}", "Institute for {t}", "Bureau of {t}", "Office of {t}", "{t} Agency"),
)
TOPICS = (
    *("Health", "Education", "Labor", "Transportation", "Energy", "Justice", "Agriculture", "Defense", "Finance"),
    *("Public Works", "Advanced Studies", "Applied Science", "Child Welfare", "Housing", "Revenue", "Veterans Affairs"),
)
SYLLABLES = (
    *("zen", "lo", "data", "ver", "ti", "qua", "net", "soft", "bio", "med", "cloud", "pay", "ly", "fi", "go", "hub"),
    *("ex", "nova", "tri", "opti", "form", "link", "smart", "max", "ora", "core", "stack", "wise", "mind", "path"),
)
UNITS = (
    "Apt. {n}",
    "Apt {n}",
    "Suite {n}",
    "Unit {n}",
    "Flat {n}",
    "Floor {n}",
    "#{n}",
    "Apartment {n}",
    "Ste {n}",
    "Room {n}",
)
BOXES = (
    "P.O. Box {n}",
    "PO Box {n}",
    "Box {n}",
    "Postfach {n}",
    "BP {n}",
    "PSC {n}, Box {n}",
    "Unit {n} Box {n}",
    "CMR {n}",
)


def person(rng: Random) -> str:
    """A person's name."""
    people = lists.people()
    locale = rng.choice(LOCALES_OFTEN) if rng.random() < 0.45 else rng.choice(sorted(people))
    given, last = people.get(locale, people["en_US"])
    if rng.random() < 0.25:
        given, last = lists.census()
    first, family = rng.choice(given), rng.choice(last)
    form = rng.random()
    if form < 0.26:
        return first
    if form < 0.36:
        return family
    if form < 0.40:
        return f"{first[0]}. {family}"
    if form < 0.45:
        return f"{first} {rng.choice(given)[0]}. {family}"
    if form < 0.49:
        return f"{first}{rng.choice((' ', '-'))}{rng.choice(given)} {family}"
    if form < 0.53:
        return f"{first} {family}-{rng.choice(last)}"
    if form < 0.57:
        particle = rng.choice(PARTICLES)
        return f"{first} {particle}{'' if particle in ('Mac', chr(79) + chr(39)) else ' '}{family}"
    if form < 0.59:
        return f"{family}, {first}"
    if form < 0.61:
        return f"{first} {family} {rng.choice(('Jr.', 'Sr.', 'III', 'PhD', 'MD'))}"
    return f"{first} {family}"


def city(rng: Random) -> str:
    return rng.choice(lists.large_cities() if rng.random() < 0.3 else lists.cities())


def place(rng: Random) -> str:
    """A city, country or state."""
    draw = rng.random()
    if draw < 0.55:
        return city(rng)
    if draw < 0.85:
        return rng.choice(lists.countries())
    return rng.choice(lists.states())


def organization(rng: Random) -> str:
    """A company, or what else bears a name and has members."""
    draw = rng.random()
    people = lists.people()
    surname = rng.choice(rng.choice(list(people.values()))[1])
    if draw < 0.28:
        return rng.choice(lists.companies())
    if draw < 0.42:
        return f"{surname} {rng.choice(ORG_ENDINGS)}"
    if draw < 0.54:
        return f"{rng.choice((surname, _brand(rng), city(rng)))} {rng.choice(ORG_NOUNS)}"
    if draw < 0.74:
        return _brand(rng) + (f" {rng.choice(ORG_ENDINGS)}" if rng.random() < 0.25 else "")
    if draw < 0.88:
        return rng.choice(ORG_PLACES).format(c=city(rng), t=rng.choice(TOPICS))
    if draw < 0.92:
        return "".join(rng.choice("ABCDEFGHIKLMNPRSTW") for _ in range(rng.choice((3, 3, 4))))
    adjectives = (
        "Open",
        "Global",
        "Blue",
        "First",
        "United",
        "Liquid",
        "Green",
        "Bright",
        "National",
        "Solar",
        "Great",
    )
    return f"{rng.choice(adjectives)} {rng.choice(ORG_NOUNS)}" + (f" {rng.choice(ORG_NOUNS)}" if draw > 0.97 else "")


def _brand(rng: Random) -> str:
    name = "".join(rng.choice(SYLLABLES) for _ in range(rng.choice((2, 2, 3)))).capitalize()
    return name[:1] + name[1:].replace("data", "Data", 1) if rng.random() < 0.1 else name


def _digits(rng: Random, most: int) -> str:
    return str(rng.randint(1, 10 ** rng.randint(1, most) - 1))


def street(rng: Random) -> str:
    """A street with a house number, as countries write it."""
    name, number = rng.choice(lists.streets()), _digits(rng, 4)
    if rng.random() < 0.1:
        number += rng.choice("abcABC")
    draw = rng.random()
    if draw < 0.08:
        return rng.choice(BOXES).format(n=_digits(rng, 5))
    if draw < 0.5:
        return f"{number} {name}"
    if draw < 0.8:
        return f"{name} {number}"
    if draw < 0.9:
        return f"{_digits(rng, 2)} {name} {number}"
    return name


def zip_code(rng: Random) -> str:
    form = rng.choice(
        (
            "#####",
            "#####",
            "#####",
            "#####-####",
            "## ###",
            "####",
            "?#? #?#",
            "?## #??",
            "??# #??",
            "#####-###",
            "#### ??",
        )
    )
    return "".join(
        rng.choice("0123456789") if c == "#" else rng.choice("ABCEGHKLNPRSTW") if c == "?" else c for c in form
    )


def address(rng: Random, breaks: tuple[str, ...] = (", ", ", ", " ", "\n", "\n ", ",\n")) -> list[Part]:
    """A whole address: street and unit, then perhaps place, region, code and country."""
    gap = rng.choice(breaks)
    if rng.random() < 0.05:
        other = street(rng)
        return [
            (
                f"{rng.choice(('the corner of', 'corner of', 'The corner of'))} {rng.choice(lists.streets())} and {other}",
                STREET,
            )
        ]
    if rng.random() < 0.04:
        code = f"{rng.choice(('APO', 'FPO', 'DPO'))} {rng.choice(('AA', 'AE', 'AP'))} {rng.randint(9000, 99999):05d}"
        return [(f"{rng.choice(BOXES).format(n=_digits(rng, 4))}{gap}{code}", STREET)]
    parts: list[Part] = [(street(rng), STREET)]
    if rng.random() < 0.45:
        joint = rng.choice((" ", ", ", gap))
        parts = [(parts[0][0] + joint + rng.choice(UNITS).format(n=_digits(rng, 3)), STREET)]
    if rng.random() < 0.8:
        parts.append((gap, ""))
        town = city(rng).upper() if rng.random() < 0.12 else city(rng)
        code_first = rng.random() < 0.3
        if code_first:
            parts += [(zip_code(rng), STREET), (" ", "")]
        parts.append((town, LOCATION))
        if rng.random() < 0.35:
            parts += [(rng.choice((", ", " ", "\n, ")), ""), (rng.choice(lists.state_codes()), LOCATION)]
        if rng.random() < 0.45:
            parts += [(rng.choice((gap, ", ", " ")), ""), (rng.choice(lists.countries()), LOCATION)]
        if not code_first and rng.random() < 0.6:
            parts += [(rng.choice((" ", " ", gap)), ""), (zip_code(rng), STREET)]
    return parts


MAKERS = {PERSON: person, LOCATION: place, ORGANIZATION: organization}
