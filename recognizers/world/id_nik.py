"""Indonesian identity numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="ID_NIK",
    summary="Indonesian Nomor Induk Kependudukan: district, date of birth, sequence, sixteen digits in context.",
    source="Law 23/2006 on Population Administration (Indonesia) art. 13; Permendagri 137/2017 (district codes)",
    patterns=(
        Pattern(
            name="number",
            regex=r"\d{16}|\d{6}[ .-]\d{6}[ .-]\d{4}",
            score=0.55,
            checksum="stdnum.id.nik",
            needs_context=True,
        ),
    ),
    context=("nik", "ktp", "no ktp", "nomor induk kependudukan", "e-ktp", "indonesian id"),
    examples=(
        "NIK «3174042010169334»",
        "KTP: «317725.031278.8321»",
        "Nomor Induk Kependudukan «3178368203904449»",
    ),
    non_examples=(
        "NIK 9971011708450001 has no such province",
        "3174042010169334 alone",
        "NIK 317404201016933",
    ),
)
