"""Chilean tax numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="CL_RUT",
    summary="Chilean RUT or RUN: seven or eight digits, hyphen, check digit or K, with dots or in context.",
    source="Servicio de Impuestos Internos (Chile), DFL 3 of 1969; Registro Civil for RUN",
    patterns=(
        Pattern(name="dotted", regex=r"\d{1,2}\.\d{3}\.\d{3}-[\dKk]", score=0.75, checksum="stdnum.cl.rut"),
        Pattern(name="plain", regex=r"\d{7,8}-?[\dKk]", score=0.5, checksum="stdnum.cl.rut", needs_context=True),
    ),
    context=("rut", "rol unico tributario", "rol unico nacional", "r.u.t", "rut/run", "cedula de identidad"),
    examples=(
        "RUT «62.872.839-9»",
        "rut: «79151486-k»",
        "titular «13.049.309-2», Santiago",
        "Rol Único Tributario «62186185-9»",
    ),
    non_examples=(
        "RUT 62.872.839-8 fails",
        "62872839-9 alone",
        "stuck in a rut for 12345678 years",
    ),
)
