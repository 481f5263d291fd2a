"""Texts that have broken a hold-back, or would break one; each by name."""

from __future__ import annotations

CARD = "4111 1111 1111 1111"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
BEGIN, END = "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"
BODY = "MIIEpAIBAAKCAQEA7bq0Zk3fT1p9" * 3
GITHUB = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"

GROWING = {
    "a match can still grow by a label": "write to a@b.com.au now",
    "or by one letter": "write to a@b.comic now",
    "or stops there after all": "write to a@b.com. Au revoir",
    "a longer card behind a shorter one": "6304 0000 0000 0000 000 and 630400000000 0000",
    "a match that starts before the cut and ends after it": "May 5 2024-05-17 4111 1111 1111 1111 May 5",
    "a date in front of a card": "on 2024-05-17 4111111111111111 was charged",
    "a digit before, two behind": "1 4111 1111 1111 1111 12",
    "a digit before, three behind, a word": "7 4111 1111 1111 1111 123 4111x",
    "only a start inside the run will do": "99 4111 1111 1111 1111",
    "two cards without a gap to speak of": f"{CARD} 5555 5555 5555 4444",
    "an extension that comes late": "call +1-903-140-4508 ext. 769 please",
    "an extension that does not come": "call +1-903-140-4508 external",
    "a word behind that says what it is": "the old 536228726 is my SSN, 4155550132 (phone)",
    "a word behind that does not come": "the old 536228726 is my lesson, 536228726 (ssa",
    "a label behind a phone number": "089 72 63 41 office, 166-684-7899-fax 089 72 63 41 offer",
    "a phone number that may be a card": "call 4111 1111 1111 1112 3",
}
RUNS = {
    "a long run of digits": "4" * 200,
    "a card in a long run of digits": "0" * 90 + "4111111111111111" + "0" * 90,
    "digits and spaces": "1 " * 120,
    "digits and dots": "1." * 120,
    "digits and hyphens with cards in them": ("4111-1111-1111-1111-" * 12),
    "a timestamp after another": "1700000000123 1700000000124 1700000000125 1700000000126",
    "a long run of letters": "lorem" * 60,
    "hex": "da39a3ee5e6b4b0d3255bfef95601890afd80709" * 5,
    "colons": "a:b:" * 60,
    "at signs": "a@b" * 60,
    "hyphens": "-" * 200,
    "open brackets": "(+" * 100,
    "percent signs": "%" * 100 + "25" * 40,
    "backslashes": "\\" * 101 + "u0034",
    "equals signs": "=" * 101 + "34",
    "zero widths": "\u200b" * 101,
}
OVERLAPS = {
    "an address in a mail address": "jane@10.1.2.3 or 10.1.2.3@example.com",
    "a number in a mail address": "4111111111111111@example.com and 536-22-8726@example.com",
    "a phone number beside a card": f"phone: +1 415-555-0132 {CARD}",
    "an SSN in a phone number": "SSN 536-22-8726-415-555-0132 phone 4155550132",
    "an IBAN into a card": f"DE89 3704 0044 0532 0130 00 {CARD}",
    "a card into an IBAN": f"{CARD} DE89370400440532013000",
    "three in a chain": "536-22-8726 4111 1111 1111 1111 DE89 3704 0044 0532 0130 00",
    "a token in a URL": f"https://example.com/?token={GITHUB}&mail=jane@example.com",
    "a password with a mail address in it": "password = jane@example.com.Tr0ub4dor",
    "key beside key": f"{GITHUB}{GITHUB} {JWT}{JWT}",
}
TAILS = {
    "a short tail": f"x {GITHUB[:25]} y",
    "a tail with nothing behind it": f"x {GITHUB}",
    "a long tail": f"x {GITHUB}{'a' * 300}! y",
    "a tail beyond its cap": f"x {GITHUB}{'a' * 700} jane@example.com",
    "a value right behind the cap": f"x {GITHUB}{'a' * (512 - 16)}jane@example.com",
    "a JWT that runs into a mail address": f"{JWT}@example.com {JWT}.jane@example.com",
    "a JWT whose dot is escaped": JWT.replace(".", "%2E") + " ok",
    "a JWT whose head is escaped": "%65" + JWT[1:] + " ok",
    "a JWT in a chain of parameters": f"id_token={JWT}%26state=4111111111111111",
    "a JWT that is none": "eyJub3RoaW5nIjoxfQ.eyJub3RoaW5nIjoxfQ jane@example.com",
    "a PEM": f"a {BEGIN}\n{BODY}\n{END} b",
    "a PEM with text right behind it": f"a {BEGIN}\n{BODY}\n{END}and so on, jane@example.com",
    "a PEM without an end": f"a {BEGIN}\n{BODY}\n\n;jane@example.com",
    "a PEM with half an end": f"a {BEGIN}\n{BODY}\n{END[:20]}; b",
    "a PEM with another in it": f"{BEGIN}\n{BODY}\n{BEGIN}\n{BODY}\n{END}\n{END} b",
    "a PEM with values in it": f"{BEGIN}\nmail: jane@example.com\n{CARD}\n{END} jane@example.com",
    "a PEM in one line": f"{BEGIN}\\n{BODY}\\n{END}\\n and",
    "a PEM with an escaped end": f"{BEGIN}{BODY}{END.replace('-', '=2D')} z {END.replace('-', '%2D')} y",
    "an END line alone": f"{END} and {END}",
    "a connection string": "postgres://jane:s3cr3tPassw0rd@db.example.com:5432/x?sslmode=on and more",
    "a local part over 64": f"{'a' * 70}@example.com and {'b' * 63}@example.com",
    "a local part that is a row of addresses": "a@a.com" * 20,
    "a very long domain": f"jane@{'mail.' * 40}example.com and on",
    "a domain beyond its cap": f"jane@{'mail.' * 70}example.com jane@example.com",
}
HIDDEN = {
    "zero width in a match": "4\u200b1\u200b1\u200b1 1111 1111 1111\u200b x",
    "zero width behind a match": f"{CARD}\u200b\u200b\u200b and",
    "zero width behind a match at the end": f"{CARD}\u200b\u200b",
    "a mark on the last digit": f"{CARD}\u0301\u0301 and",
    "a run at the cap behind a match": f"{CARD}{chr(0x200B) * 32} x",
    "a run above the cap behind a match": f"{CARD}{chr(0x200B) * 33}1 x",
    "a run above the cap in a match": f"4111{chr(0x200B) * 40}1111 1111 1111 x",
    "a run before a match": f"x{chr(0x200B) * 31}{CARD} x{chr(0x200B) * 33}{CARD}",
    "a joiner behind an emoji": "👩\u200d👩\u200d👧 jane@example.com👩\u200d",
    "halves of an emoji": "\ud83d jane\ude00@example.com \ud83d\ude00",
    "marks alone": "e\u0301e\u0301 jane\u0301@exa\u0301mple.com",
    "a hidden letter before a digit word": "2\u3164five three four one two six",
    "full width": "４１１１ １１１１ １１１１ １１１１ ｊａｎｅ＠ｅｘａｍｐｌｅ．ｃｏｍ",
    "other scripts": "почта иван@пример.рф и 4111 1111 1111 1111 日本",
    "typography": "“Zoë” — ‘jane@example.com’, né 536‑22‑8726 … Größe 4111 1111 1111 1111 für",
}
ESCAPED = {
    "percent": "mail=jane%40example.com&card=4111%201111%201111%201111&x",
    "percent cut short": "4111%201111%201111%201111%2",
    "percent of percent": "jane%2540example.com jane%252540example.com jane%25252540example.com",
    "too much percent": "jane%25252525252540example.com",
    "UTF-8 in percent": "%E2%80%8B4111%E2%80%8B1111%C2%A01111%C2%A01111 %C3%A9%C3%28 %F0%9F%98%80 %E2%80",
    "UTF-8 in percent, broken": "%E2%804111%801111%E21111%E2%28%A1",
    "a run without width in percent": f"x{'%E2%80%8B' * 30}{CARD}",
    "percent that stays": "95%4111 1111 1111 1111, 100%, 5%2",
    "an escape late in a text that had none": f"{CARD} 536-22-8726 jane@example.com %",
    "references": "jane&#64;example&period;com jane&amp;#64;example.com jane&#x40;example.com &commat &#6",
    "escapes of languages": "jane\\u0040example.com jane\\x40example.com jane\\u{40}example.com \\u00 \\ud83d\\ude00 \\ud83d",  # noqa: E501
    "quoted-printable": "jane=40example.com ja=\nne@example.com ja=\r\nne=40exam=\r\nple.com =4",
    "base64": "x amFuZUBleGFtcGxlLmNvbQ== NDExMTExMTExMTExMTExMQ=\\ NTM2LTIyLTg3MjY= y",
    "base64 in base64": "YW1GdVpVQmxlR0Z0Y0d4bExtTnZiUT09 NDExMTExMTExMTExMTExMSA0MTExMTExMTExMTExMTEx",
    "a long run of base64": "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo" * 4 + "amFuZUBleGFtcGxlLmNvbQ==" + "QUJD" * 40,
    "digit words": "card four one one one one one one one one one one one one one one one, thanks",
    "digit words cut short": "five three six two two eight seven two s",
    "all at once": "jane%2540example.com=20&#52;111 \\u0031111 1111 1111 amFuZUBleGFtcGxlLmNvbQ== =",
}
TRAPS: dict[str, str] = {**GROWING, **RUNS, **OVERLAPS, **TAILS, **HIDDEN, **ESCAPED}
