"""PEM private keys."""

from recognizers.recognizer import Pattern, Recognizer, Tail

RECOGNIZER = Recognizer(
    entity="SECRET_PRIVATE_KEY",
    summary="Private key in PEM form (PKCS#1, PKCS#8, SEC 1, OpenSSH, PGP): from its BEGIN line to its END line; "
    "without one, to the first character that PEM does not use.",
    source="RFC 7468 sections 10 and 11, RFC 1421, PROTOCOL.key of OpenSSH",
    patterns=(
        Pattern(
            name="pem",
            regex=r"-----BEGIN [A-Z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)?-----",
            score=1.0,
            not_preceded_by="",
            not_followed_by="",
            tail=Tail(
                chars=r"A-Za-z0-9+/=\s\\:,.@()-",
                cap=32768,
                closing=r"-----END [A-Z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)?-----",
            ),
        ),
    ),
    examples=(
        "key: «-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----» and text",
        "«-----BEGIN RSA PRIVATE KEY-----\\nProc-Type: 4,ENCRYPTED\\nAAAA\\n-----END RSA PRIVATE KEY-----»",
        "cut «-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n»`",
    ),
    non_examples=("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "-----BEGIN CERTIFICATE-----"),
)
