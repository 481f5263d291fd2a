"""Words of clinical notes that are no names: measures, code systems, units, routes, scores, studies and devices.

A network that learnt from news and chats takes `Hct`, `RR` and `LOINC` for names. Words that are also a state's
abbreviation or a usual surname are left out, so that nothing of a person or a place is lost.

Source: common abbreviations of American clinical documentation (vital signs, complete blood count, metabolic and lipid
panels, blood gases, coagulation, routes and frequencies of medication), and the names of the code systems themselves.
"""

from __future__ import annotations

import re

_MEASURES = """
    BP SBP DBP MAP HR RR SpO2 BMI BSA EF LVEF FEV1 FVC QT QTc QRS WBC RBC Hgb Hb Hct Plt MCV MCH MCHC RDW ANC Na Cl
    HCO3 CO2 BUN Cr GFR eGFR HbA1c A1c Ca Mg Phos AST ALT ALP GGT LDH CK CKMB BNP INR PTT aPTT TSH T3 T4 LDL HDL TG CRP
    ESR PSA CEA AFP hCG CD4 CD8 pH pCO2 pO2 PaO2 PaCO2 ABG VBG CBC CMP BMP LFT LFTs TIBC UA I&O
"""
_SYSTEMS = "ICD ICD-9 ICD-10 ICD-10-CM CPT LOINC SNOMED RxNorm HCPCS DRG NDC MRN DOB SSN NPI MBI DEA HL7 FHIR EHR EMR"
_UNITS = """
    mcg mg kg mL dL mEq mmol mmHg mIU IU IM IV SQ SL PO PRN BID TID QID QHS QOD NPO NaCl H2O O2 KCl NS D5W LR
"""
_SCORES = "ECOG NYHA GCS APGAR MELD TNM CHA2DS2-VASc HAS-BLED Apgar Gleason Mallampati"
_STUDIES = "ECG EKG EEG EMG MRI MRA CXR PET DEXA TTE TEE PFT PFTs CTA KUB"
_DEVICES = "AICD CPAP BiPAP PICC ETT NG OG PEG Foley"
_PLAIN = "troponin ferritin lactate creatinine bilirubin albumin glucose hemoglobin platelets potassium sodium"
WORDS = frozenset(" ".join((_MEASURES, _SYSTEMS, _UNITS, _SCORES, _STUDIES, _DEVICES)).split())
_SUBSTANCES = frozenset(_PLAIN.split())
_PIECE = re.compile(r"[^\s,;:/()]+")
_NUMBER = re.compile(r"[\d.,<>%+-]+(?:[a-z]{1,3})?")


def is_clinical(shown: str) -> bool:
    """Whether a text is made of such words, and of numbers and words in lower case beside them: `Plt 245`."""
    pieces = _PIECE.findall(shown)
    known = [piece in WORDS or piece.lower() in _SUBSTANCES for piece in pieces]
    return any(known) and all(
        own or piece.islower() or _NUMBER.fullmatch(piece) for own, piece in zip(known, pieces, strict=True)
    )
