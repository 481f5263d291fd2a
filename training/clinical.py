"""Clinical words that bear names and name nobody: eponyms and drugs."""

from __future__ import annotations

from random import Random

_DISEASES = """Addison Alzheimer Barrett Basedow Behçet Bell Berger Bowen Bright Buerger Castleman Chagas Charcot Crohn Cushing
Dupuytren Ewing Fabry Gaucher Graves Hashimoto Hirschsprung Hodgkin Huntington Kawasaki Kienböck Legg Lyme Ménière Osgood
Paget Parkinson Perthes Peyronie Pick Pott Raynaud Still Takayasu Tay Whipple Wilson Menkes Krabbe Niemann Pompe Refsum"""
_SYNDROMES = """Alport Angelman Asperger Bartter Brugada Budd-Chiari Conn Cotard Down Ehlers-Danlos Eisenmenger Fanconi Felty
Gilbert Goodpasture Guillain-Barré Horner Hurler Kallmann Klinefelter Korsakoff Lynch Marfan Munchausen Noonan Patau
Prader-Willi Reiter Rett Reye Sheehan Sjögren Sweet Tourette Turner Waterhouse-Friderichsen Wernicke Zollinger-Ellison"""
_SIGNS = """Babinski Brudzinski Chvostek Cullen Homans Kernig Murphy McBurney Romberg Trousseau Tinel Phalen Lachman
Lasègue Rovsing Trendelenburg Hoffmann Grey-Turner Levine Kussmaul Osler"""
_DEVICES = """Foley catheter|Swan-Ganz catheter|Kirschner wire|Hickman line|Hartmann solution|Ringer lactate|Glasgow Coma Scale
|Apgar score|Holter monitor|Doppler ultrasound|Bishop score|Ranson criteria|Whipple procedure|Nissen fundoplication|Hartmann procedure
|Epley maneuver|Valsalva maneuver|Heimlich maneuver|Gram stain|Pap smear|Coombs test|Schilling test|Weber test|Rinne test
|Allen test|Mantoux test|Wells score|Child-Pugh class|Gleason score|Karnofsky score|Barthel index|Kaplan-Meier curve|Roux-en-Y bypass
|Fogarty balloon|Jackson-Pratt drain|Penrose drain|Bier block|Bankart repair|Billroth II|Kocher incision|Lisfranc fracture
|Colles fracture|Pott fracture|Baker cyst|Bartholin gland|Purkinje fibers|Langerhans cells|Kupffer cells|Broca aphasia
|Meckel diverticulum|Virchow node|Circle of Willis|Bundle of His|Achilles tendon|Eustachian tube|Fallopian tube|Cooper ligament
|Tetralogy of Fallot|Wolff-Parkinson-White|Mallory-Weiss tear|Mobitz II block|Burkitt lymphoma|Wilms tumor|Kaposi sarcoma
|Non-Hodgkin lymphoma|Krukenberg tumor|Merkel cell carcinoma|Bence Jones protein|Epstein-Barr virus|Norwalk virus"""
EPONYMS = tuple(
    [f"{name}'s disease" for name in _DISEASES.split()]
    + [f"{name} disease" for name in _DISEASES.split()]
    + [f"{name} syndrome" for name in _SYNDROMES.split()]
    + [f"{name}'s syndrome" for name in _SYNDROMES.split()]
    + [f"{name} sign" for name in _SIGNS.split()]
    + [f"{name}'s sign" for name in _SIGNS.split()]
    + [" ".join(name.split()) for name in _DEVICES.split("|")]
)
DRUGS = tuple(
    """Lipitor Zocor Crestor Plavix Eliquis Xarelto Coumadin Lasix Norvasc Zestril Cozaar Diovan Toprol Lopressor Coreg
Synthroid Glucophage Januvia Jardiance Farxiga Ozempic Trulicity Lantus Humalog Novolog Prozac Zoloft Lexapro Celexa Paxil
Effexor Cymbalta Wellbutrin Abilify Seroquel Zyprexa Risperdal Haldol Ativan Xanax Klonopin Valium Ambien Lunesta Neurontin
Lyrica Topamax Lamictal Keppra Depakote Tegretol Dilantin Aricept Namenda Sinemet Mirapex Requip Adderall Ritalin Vyvanse
Strattera Nexium Prilosec Protonix Pepcid Zantac Zofran Reglan Colace Miralax Imodium Singulair Advair Symbicort Spiriva
Ventolin Flonase Claritin Zyrtec Allegra Benadryl Mucinex Tylenol Advil Motrin Aleve Celebrex Percocet Vicodin Oxycontin
Ultram Toradol Flexeril Soma Zanaflex Humira Enbrel Remicade Rituxan Herceptin Avastin Keytruda Opdivo Gleevec Tamoxifen
Arimidex Femara Lupron Methotrexate Plaquenil Imuran Cellcept Prograf Prednisone Medrol Decadron Augmentin Amoxil Keflex
Rocephin Zithromax Cipro Levaquin Bactrim Flagyl Vancomycin Doxycycline Valtrex Tamiflu Diflucan Viagra Cialis Premarin
Fosamax Boniva Prolia Evista Flomax Proscar Avodart Detrol Vesicare Truvada Descovy Biktarvy metformin lisinopril warfarin
atorvastatin amlodipine omeprazole losartan gabapentin sertraline albuterol furosemide insulin heparin aspirin ibuprofen
Mary Jane Jardiance Stelara Cosentyx Dupixent Eylea Lucentis Botox Narcan Suboxone Chantix""".replace(
        "Mary Jane", ""
    ).split()
)
_HEADS = [
    "ab",
    "ac",
    "al",
    "ami",
    "ator",
    "be",
    "bi",
    "cal",
    "car",
    "ce",
    "clo",
    "da",
    "de",
    "dox",
    "en",
    "fa",
    "flu",
    "ga",
    "glo",
    "hy",
    "ib",
    "ke",
    "la",
    "lo",
    "me",
    "mo",
    "na",
    "ni",
    "ol",
    "pa",
    "pra",
    "ra",
    "ro",
    "sa",
    "si",
    "tel",
    "va",
    "ver",
    "zo",
]
_STEMS = [
    "statin",
    "pril",
    "sartan",
    "olol",
    "azole",
    "cillin",
    "mycin",
    "oxacin",
    "vir",
    "mab",
    "nib",
    "pine",
    "zepam",
    "zolam",
    "gliptin",
    "gliflozin",
    "tide",
    "parin",
    "xaban",
    "setron",
    "prazole",
    "dipine",
    "caine",
]


def drug(rng: Random) -> str:
    """A word built as drugs are named."""
    name = "".join(rng.choice(_HEADS) for _ in range(rng.choice((1, 2, 2)))) + rng.choice(_STEMS)
    return name.capitalize() if rng.random() < 0.6 else name
