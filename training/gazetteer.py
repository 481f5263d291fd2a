"""Makes `recognizers/ner/lexicon.txt.gz`: what a word can be, one line a word, `word<TAB>classes<TAB>p`.

Classes: G given name, S surname, C place, N country or state, T street word, O word of an organisation's name; then one
digit, how common the word is in English: 1 the first 2,000 words, 2 the first 12,000, 3 known, 0 unknown. `p` marks common words that are names and hardly ever anything else: `john`, `paris`, not `will`.

`python -m training.gazetteer CORPORA`: the corpora tell which words stand in lower case.
"""

from __future__ import annotations

import gzip
import importlib.resources
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

from training import lists
from training.corpora import read

STREET_WORDS = [
    "street",
    "st",
    "road",
    "rd",
    "avenue",
    "ave",
    "av",
    "lane",
    "ln",
    "drive",
    "dr",
    "court",
    "ct",
    "boulevard",
    "blvd",
    "way",
    "place",
    "pl",
    "square",
    "sq",
    "terrace",
    "close",
    "crescent",
    "highway",
    "hwy",
    "parkway",
    "pkwy",
    "circle",
    "cir",
    "trail",
    "row",
    "mews",
    "gardens",
    "grove",
    "hill",
    "mount",
    "park",
    "walk",
    "quay",
    "pike",
    "loop",
    "plaza",
    "apt",
    "apartment",
    "suite",
    "ste",
    "unit",
    "flat",
    "floor",
    "fl",
    "building",
    "bldg",
    "room",
    "box",
    "po",
    "p.o.",
    "corner",
    "rue",
    "via",
    "calle",
    "avenida",
    "piazza",
    "plaza",
    "platz",
    "strasse",
    "straße",
    "str",
    "gasse",
    "weg",
    "allee",
    "chemin",
    "place",
    "impasse",
    "quai",
    "cours",
    "corso",
    "viale",
    "largo",
    "vicolo",
    "rua",
    "travessa",
    "praça",
    "ulica",
    "ul",
    "ulice",
    "utca",
    "út",
    "tér",
    "gade",
    "vej",
    "vægen",
    "vägen",
    "gatan",
    "gata",
    "väg",
    "veien",
    "gate",
    "katu",
    "tie",
    "laan",
    "straat",
    "plein",
    "dreef",
    "steenweg",
    "apo",
    "fpo",
    "dpo",
    "psc",
    "county",
    "ulitsa",
    "prospekt",
    "odos",
    "carrer",
    "paseo",
    "camino",
    "carretera",
]
ORG_WORDS = [
    "inc",
    "ltd",
    "llc",
    "plc",
    "corp",
    "corporation",
    "company",
    "co",
    "gmbh",
    "ag",
    "kg",
    "sa",
    "sas",
    "sarl",
    "bv",
    "nv",
    "ab",
    "oy",
    "as",
    "aps",
    "spa",
    "srl",
    "group",
    "holdings",
    "bank",
    "university",
    "college",
    "school",
    "institute",
    "department",
    "ministry",
    "agency",
    "association",
    "foundation",
    "society",
    "union",
    "council",
    "hospital",
    "clinic",
    "church",
    "club",
    "party",
    "committee",
    "office",
    "bureau",
    "commission",
    "airlines",
    "airways",
    "insurance",
    "partners",
    "associates",
    "systems",
    "technologies",
    "labs",
    "solutions",
    "consulting",
    "industries",
    "international",
    "museum",
    "library",
    "press",
    "records",
    "studios",
    "federation",
    "league",
    "committee",
    "trust",
    "charity",
    "academy",
]
KNOWN_WORDS_MAX = 60_000
CITY_WORDS_MAX = 4
TARGET = Path(__file__).resolve().parents[1] / "recognizers" / "ner" / "lexicon.txt.gz"


def classes() -> dict[str, str]:
    """Lower-cased word, or words of a place, to its classes."""
    found: dict[str, set[str]] = defaultdict(set)
    for given, last in [*lists.people().values(), lists.census()]:
        for name in given:
            _add(found, name, "G")
        for name in last:
            _add(found, name, "S")
    for names, letter in ((lists.cities(), "C"), (lists.countries(), "N"), (lists.states(), "N")):
        for name in names:
            key = name.lower().replace("-", " - ")
            if len(key.split()) <= CITY_WORDS_MAX + 2 and len(key) > 2:
                found[" ".join(key.split())].add(letter)
    for letter, words in (("T", STREET_WORDS), ("O", ORG_WORDS)):
        for word in words:
            found[word].add(letter)
    bands = _bands()
    for word in bands:
        found.setdefault(word, set())
    return {word: "".join(sorted(letters)) + bands.get(word, "0") for word, letters in found.items()}


def _add(found: dict[str, set[str]], name: str, letter: str) -> None:
    for part in name.lower().replace("-", " ").split():
        if len(part) > 1 and part[0].isalpha():
            found[part].add(letter)


def _bands() -> dict[str, str]:
    text = importlib.resources.files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt").read_text("utf-8-sig")
    ranked = [line.split()[0] for line in text.splitlines()[:KNOWN_WORDS_MAX]]
    return {word: "1" if rank < 2000 else "2" if rank < 12000 else "3" for rank, word in enumerate(ranked)}


def _names(found: dict[str, str], corpora: Path) -> set[str]:
    """Common words that stand in lower case at most once for ten times that they are part of an entity."""
    small: Counter[str] = Counter()
    named: Counter[str] = Counter()
    for sentence in read(corpora):
        covered = {at for start, end, _ in sentence.spans for at in range(start, end)}
        for word in re.finditer(r"[^\W\d_]+", sentence.text):
            if word.start() in covered:
                named[word[0].lower()] += 1
            elif word[0].islower():
                small[word[0]] += 1
    return {
        word
        for word, letters in found.items()
        if letters[-1] in "12" and set(letters) & set("GCN") and small[word] * 10 <= named[word]
    }


def write(corpora: Path, target: Path = TARGET) -> int:
    """Write the file, the same bytes every time; how many lines it has."""
    found = classes()
    names = _names(found, corpora)
    lines = [f"{word}\t{letters}{chr(9) + 'p' if word in names else ''}\n" for word, letters in sorted(found.items())]
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(gzip.compress("".join(lines).encode(), mtime=0))
    return len(lines)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
