"""European Health Insurance Cards."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="EU_HEALTH_INSURANCE_CARD",
    summary="Number of a European Health Insurance Card: 20 digits that begin with 80 and the number of the country.",
    source="Administrative Commission for the Coordination of Social Security Systems, decision S2, annex I; EN 1867",
    patterns=(
        Pattern(name="plain", regex=r"80\d{18}", score=0.45, checksum="eu_ehic"),
        Pattern(
            name="grouped",
            regex=r"80[ -]?\d{3}[ -]?\d{5}[ -]?\d{10}|80\d{2}(?:[ -]\d{4}){4}|80\d{3}(?:[ -]\d{5}){3}",
            score=0.45,
            checksum="eu_ehic",
        ),
    ),
    context=(
        "ehic", "ghic", "health insurance card", "european health insurance card", "krankenversicherungskarte",
        "ekvk", "ceam", "carte europeenne d'assurance maladie", "assurance maladie", "tarjeta sanitaria europea",
        "tessera europea", "tessera sanitaria", "tessera europea di assicurazione malattia", "ekuz",
        "europese gezondheidskaart", "european health card",
    ),
    examples=(
        "EHIC «80276123450123456789»",
        "tessera sanitaria: «80380000018033123456»",
        "carte européenne d'assurance maladie «80 250 12345 0123456789»",
        "my GHIC is «8082 6123 4501 2345 6789»",
    ),
    non_examples=(
        "EHIC 81276123450123456789",
        "EHIC 80999123450123456789 is of no such country",
        "EHIC 8027612345012345678",
        "the parcel 00340434161094042557",
    ),
)  # fmt: skip
