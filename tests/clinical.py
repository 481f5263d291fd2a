"""Clinical sentences, made up: some hold identifiers, all hold what looks like one and is none.

Eponyms, drugs, devices, lab values, ICD-10, CPT and LOINC shaped codes, blood pressures and doses must come
through; each planted identifier must not. The same seed gives the same sentences.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from stdnum import luhn

EPONYMS = (
    "Parkinson disease", "Crohn disease", "Hodgkin lymphoma", "Addison disease", "Bell palsy", "Graves disease",
    "Hashimoto thyroiditis", "Alzheimer dementia", "Kawasaki disease", "Raynaud phenomenon", "Wilson disease",
    "Marfan syndrome", "Down syndrome", "Barrett esophagus", "Cushing syndrome", "Huntington chorea", "Foley catheter",
    "Whipple procedure", "Babinski sign", "Murphy sign", "Glasgow Coma Scale 15", "Apgar 8 and 9", "Gleason 3+4=7",
    "Child-Pugh B7", "Mallampati II", "Ranson score 3", "CHA2DS2-VASc 4", "NYHA class III", "ECOG 1", "T2N0M0",
)  # fmt: skip
DRUGS = (
    "metformin 500 mg twice daily", "lisinopril 20 mg daily", "warfarin 2.5 mg", "levothyroxine 112 mcg",
    "insulin glargine 18 units at bedtime", "heparin 5000 units SC q8h", "vancomycin 1250 mg IV q12h",
    "prednisone 40 mg x 5 days", "albuterol 90 mcg/actuation, 2 puffs q4-6h prn", "amoxicillin-clavulanate 875/125 mg",
    "nystatin 100000 units/mL", "cyanocobalamin 1000 mcg IM", "oxycodone-acetaminophen 5-325 mg", "B12 and D3",
    "potassium chloride 20 mEq", "vitamin D 50,000 IU weekly", "0.9% NaCl at 125 mL/h", "fentanyl 25 mcg/h patch",
    "epinephrine 1:1000 0.3 mL", "tPA 0.9 mg/kg",
)  # fmt: skip
DEVICES = (
    "a 14 Fr Foley", "an 18 gauge IV", "a Medtronic dual-chamber pacemaker", "a 3.0 x 28 mm stent",
    "a size 7.5 ET tube", "a 22 mm St. Jude valve", "a DePuy size 5 femoral component",
    "a 6 French sheath", "an ICD", "a Dexcom G6 sensor",
    "a Hickman line", "a CPAP at 10 cm H2O", "a PICC in the right arm", "a 5-0 Vicryl suture",
)  # fmt: skip
LABS = (
    "WBC 12.4, Hgb 10.2, Hct 31.5, Plt 245", "Na 138, K 4.1, Cl 102, HCO3 24, BUN 18, Cr 1.1", "HbA1c 8.2%",
    "troponin <0.01 ng/mL", "INR 2.4", "TSH 3.21 mIU/L", "LDL 112 mg/dL, HDL 45 mg/dL", "eGFR 58 mL/min/1.73 m2",
    "pH 7.36, pCO2 42, pO2 88 on 2 L", "AST 34 U/L, ALT 41 U/L", "BNP 1,245 pg/mL", "platelets 150,000/uL",
    "ferritin 18 ng/mL (ref 30-400)", "PSA 4.7", "lactate 2.1 mmol/L", "CD4 450 cells/mm3", "viral load 120,000 copies",
    "glucose 142", "urine specific gravity 1.015", "ESR 32 mm/h, CRP 14.5 mg/L",
)  # fmt: skip
VITALS = (
    "BP 142/88", "BP 120/80 mmHg, HR 72, RR 16, T 98.6 F, SpO2 97% RA", "BP 98/54 lying and 88/50 standing",
    "weight 82.5 kg, height 178 cm, BMI 26.0", "temp 37.2 C", "pulse 110 and irregular", "O2 sat 94% on 2 L NC",
    "pain 7/10", "intake 1200 mL, output 850 mL", "FEV1/FVC 0.68", "EF 55-60%", "QTc 452 ms", "visual acuity 20/40",
)  # fmt: skip
FRAMES = (
    "{a} with {b}.", "Assessment: {a}; plan {b}.", "On exam {a}, {b}.", "Started {b} for {a}.", "{a}. Continue {b}.",
    "Results: {a}; on {b}.", "History of {a}, now {b}.", "Will recheck {a} after {b}.", "Status post {a}, {b}.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sentence:
    """A text and where its identifiers stand, in code points."""

    text: str
    planted: tuple[tuple[int, int, str], ...]


def _digits(dice: random.Random, count: int) -> str:
    return str(dice.randint(1, 9)) + "".join(dice.choice(string.digits) for _ in range(count - 1))


def _icd10(dice: random.Random) -> str:
    return f"{dice.choice('ABCDEFGHIJKLMNRSTZ')}{dice.randint(0, 99):02}.{dice.randint(0, 9)}" + dice.choice(
        ["", str(dice.randint(0, 9)), f"{dice.randint(10, 99)}A", "X1S"]
    )


def _cpt(dice: random.Random) -> str:
    return dice.choice(["99213", "99214", "93000", "71046", "80053", "45378", "J1885", "G0438"])


def _loinc(dice: random.Random) -> str:
    return f"{dice.randint(1000, 59999)}-{dice.randint(0, 9)}"


def codes(dice: random.Random) -> str:
    """Codes of classifications, as they stand in notes."""
    return dice.choice(
        [
            f"ICD-10 {_icd10(dice)}",
            f"({_icd10(dice)}, {_icd10(dice)})",
            f"CPT {_cpt(dice)}",
            f"CPT {_cpt(dice)}-25 and {_cpt(dice)}",
            f"LOINC {_loinc(dice)}",
            f"LOINC {_loinc(dice)} and {_loinc(dice)}",
            f"SNOMED CT {_digits(dice, dice.choice([8, 9]))}",
            f"RxNorm {_digits(dice, 6)}",
        ]
    )


def _npi(dice: random.Random) -> str:
    body = "1" + _digits(dice, 8)
    return body + luhn.calc_check_digit("80840" + body)


def _ssn(dice: random.Random) -> str:
    return f"{dice.randint(100, 665)}-{dice.randint(10, 99)}-{dice.randint(1000, 9999)}"


IDENTIFIERS: dict[str, Callable[[random.Random], str]] = {
    "MRN: {}": lambda dice: _digits(dice, dice.choice([7, 8, 9])),
    "medical record number {}": lambda dice: f"E{_digits(dice, 7)}",
    "SSN {}": _ssn,
    "DOB {}": lambda dice: f"{dice.randint(1, 12):02}/{dice.randint(1, 28):02}/{dice.randint(1930, 2005)}",
    "admitted {}": lambda dice: f"{dice.randint(2015, 2024)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}",
    "phone {}": lambda dice: f"({dice.randint(201, 989)}) {dice.randint(201, 989)}-{dice.randint(1000, 9999)}",
    "member ID {}": lambda dice: f"W{_digits(dice, 9)}",
    "NPI {}": _npi,
    "email {}": lambda dice: f"pat{_digits(dice, 3)}@example.com",
    "Rx #{}": lambda dice: _digits(dice, 7),
    "a {}-year-old": lambda dice: str(dice.randint(90, 104)),
    "claim number {}": lambda dice: _digits(dice, 12),
    "device serial number {}": lambda dice: f"PJN{_digits(dice, 6)}S",
    "MBI {}": lambda dice: f"1EG4-TE5-MK{dice.randint(10, 99)}",
    "lives at {}": lambda dice: f"{dice.randint(1, 999)} {dice.choice(['Main', 'Oak', 'Elm', 'Cedar'])} Street",
    "chart number {}": lambda dice: f"{dice.randint(10, 99)}-{dice.randint(10, 99)}-{dice.randint(10, 99)}",
}


_GIVEN = (
    *("Maria", "James", "Aisha", "Robert", "Mei", "Linda", "Carlos", "Fatima", "David", "Priya", "Susan", "Tomasz"),
    *("Ingrid", "Kwame", "Elena", "Patrick", "Yuki", "Nadia", "George", "Hannah", "Omar", "Charlotte", "Luis", "Anna"),
)
_FAMILY = (
    *("Gonzalez", "Smith", "Nguyen", "Okafor", "Kowalski", "Johnson", "Patel", "Andersson", "Rossi", "Kim", "Haddad"),
    *("Murphy", "Fischer", "Tanaka", "Ramirez", "O'Connor", "Dubois", "Ivanova", "Chen", "Williams", "Singh", "Lopez"),
)
_TOWNS = (
    *("Chicago", "Springfield", "Boston", "San Diego", "Leeds", "Houston", "Dublin", "Cleveland", "Toronto", "Munich"),
    *("Philadelphia", "Austin", "Glasgow", "Seattle", "New Orleans", "Birmingham", "Phoenix", "Rotterdam", "Lisbon"),
)


def _full(dice: random.Random) -> str:
    return f"{dice.choice(_GIVEN)} {dice.choice(_FAMILY)}"


NAMES_AND_PLACES: dict[str, Callable[[random.Random], str]] = {
    "patient {}": _full,
    "Patient name: {}": _full,
    "Dr. {}": lambda dice: dice.choice(_FAMILY),
    "Mrs. {}": lambda dice: dice.choice(_FAMILY),
    "seen by {}, MD": _full,
    "his daughter {} is at the bedside": _full,
    "discussed with {} by phone": _full,
    "referred by Dr. {}": _full,
    "lives in {}": lambda dice: dice.choice(_TOWNS),
    "transferred from a hospital in {}": lambda dice: dice.choice(_TOWNS),
    "recently traveled to {}": lambda dice: dice.choice(_TOWNS),
}
"""Persons and places in the forms that notes have them in."""


def sentences(
    count: int, seed: int, identifiers: Mapping[str, Callable[[random.Random], str]] = IDENTIFIERS
) -> Iterator[Sentence]:
    """Every other sentence holds an identifier."""
    dice = random.Random(seed)
    harmless: list[Callable[[], str]] = [
        *(lambda kind=kind: dice.choice(kind) for kind in (EPONYMS, DRUGS, DEVICES, LABS, VITALS)),
        lambda: codes(dice),
    ]
    for number in range(count):
        first, second = dice.sample(harmless, 2)
        text = dice.choice(FRAMES).format(a=first(), b=second())
        planted: tuple[tuple[int, int, str], ...] = ()
        if number % 2:
            label = dice.choice(list(identifiers))
            value = identifiers[label](dice)
            before = f"{text[:-1]}, {label}"
            start = before.index("{}")
            text = before.replace("{}", value) + "."
            planted = ((start, start + len(value), label),)
        yield Sentence(text, planted)
