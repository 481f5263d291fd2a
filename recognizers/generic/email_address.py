"""Email addresses."""

from recognizers.recognizer import Pattern, Recognizer, Tail

_LOCAL = r"[A-Za-z0-9ø_][A-Za-z0-9ø._%+'&-]{0,63}"
_DOMAIN = "A-Za-z0-9ø.-"
_START = "[A-Za-z0-9ø][A-Za-z0-9ø._+-]"
_OPEN, _CLOSE = r"[ \[({<]", r"[ \])}>]"
_AT = rf"{_OPEN}{{1,2}}[aA][tT]{_CLOSE}{{1,2}}"
_DOT = rf"{_OPEN}{{1,2}}[dD][oO][tT]{_CLOSE}{{1,2}}"

RECOGNIZER = Recognizer(
    entity="EMAIL_ADDRESS",
    summary="Email address. Its local part is at most 64 characters before the @; what stands before them passes.",
    source="RFC 5321 section 4.5.3.1 (lengths), RFC 5322 section 3.2.3 (characters)",
    patterns=(
        Pattern(
            name="address",
            regex=_LOCAL + rf"@[A-Za-z0-9ø][{_DOMAIN}]{{2,29}}",
            score=1.0,
            checksum="email",
            not_preceded_by="",
            not_followed_by="",
        ),
        Pattern(
            name="long domain",
            regex=_LOCAL + rf"@[A-Za-z0-9ø][{_DOMAIN}]{{29}}",
            score=1.0,
            not_preceded_by="",
            not_followed_by="",
            tail=Tail(chars=_DOMAIN, cap=253),
        ),
        Pattern(
            name="spelled out",
            regex=rf"{_START}{{0,19}}(?:{_DOT}{_START}{{0,9}})?{_AT}{_START}{{0,17}}{_DOT}{_START}{{1,7}}(?:{_DOT}{_START}{{1,5}})?",
            score=0.8,
            checksum="email_spelled",
        ),
    ),
    examples=(
        "write to «jane.doe@example.com» today",
        "«o'brien+news@mail.example.co.uk», please.",
        "<«a_b%c@sub-domain.example.org»>",
        "mailto:«jane@example.com».",
        "email='«jane@example.com»'",
        "«jane﹫example.com» with a small commercial at",
        "«JANE@EXAMPLE.COM»",
        "«josé@exämple.de» has accents",
        "«иван@example.com» is Cyrillic",
        "«customer.relations.department.head.office.north@mailing.subsidiary.example.org»",
        "«a@a-very-long-label-that-goes-on-and-on.another-long-label.example.museum» ends",
        "«jane@xn--exmple-cua.xn--p1ai»",
        "«jane dot doe at example dot com» in words, «jane.doe [at] example [dot] com», «jane.doe(at)example(dot)com»",
        "encoded «amFuZS5kb2VAZXhhbXBsZS5jb20=», «jane&#64;example&period;com», «jane=40example.com»",
    ),
    non_examples=(
        "meet me @ home.at noon",
        "@decorator.method and user@localhost",
        "pip install package@1.2.3",
        "the address jane@",
        "we met at noon dot matrix printers were there, look at this dot",
    ),
)
