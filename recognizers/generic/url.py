"""Web addresses."""

from recognizers.recognizer import WORD_CHARS, Pattern, Recognizer, Tail

_END = r"A-Za-z0-9ø/_~=&#%+$*@\-"
_CHARS = _END + ".,:;?!"
_PATH = rf"(?:/(?:[{_CHARS}]{{0,20}}[{_END}])?)?"
_BEFORE = WORD_CHARS + r"@._/$\-"
_TLD = (
    "com|org|net|edu|gov|mil|info|biz|io|ai|app|dev|xyz|online|site|shop|store|tech|cloud|blog|news|wiki|club|live|eu|"
    "a[cdefgilmortuwz]|b[abdefghjoryz]|c[adhiklmnoruvyz]|d[ejko]|e[ceegst]|f[ijmor]|g[adeghilrt]|h[knrtu]|co\\.id|i[elmnoqrst]|"
    "j[emop]|k[eghrwyz]|l[abciktuvy]|m[acegkmntuvwxyz]|n[agiloupz]|om|p[aehklrt]|qa|r[ouw]|s[abdegikmnrvyz]|"
    "t[cdghjlmnortvwz]|u[agksyz]|v[acegnu]|ws|ye|z[amw]"
)

RECOGNIZER = Recognizer(
    entity="URL",
    summary="Web address: http, https, ftp and ws URLs, www names, and bare domains of common top-level domains. "
    "Scores low, so that only the preset strict takes it where no words such as my website stand before it.",
    source="RFC 3986; IANA root zone (top-level domains, without those that are file extensions); 45 CFR "
    "164.514(b)(2)(i)(N)",
    patterns=(
        Pattern(
            name="scheme",
            regex=rf"(?:http|ftp|ws)s?://[A-Za-z0-9ø](?:[{_CHARS}]{{0,83}}[{_END}])?",
            score=0.45,
            not_followed_by=_END,
            ignore_case=True,
        ),
        Pattern(
            name="long",
            regex=rf"(?:http|ftp|ws)s?://[A-Za-z0-9ø][{_CHARS}]{{86}}",
            score=0.45,
            not_followed_by="",
            ignore_case=True,
            tail=Tail(chars=_CHARS, cap=4096),
        ),
        Pattern(
            name="www",
            regex=rf"www\.[A-Za-z0-9ø-]{{1,30}}(?:\.[A-Za-z0-9ø-]{{1,16}}){{1,2}}{_PATH}",
            score=0.45,
            not_preceded_by=_BEFORE,
            ignore_case=True,
        ),
        Pattern(
            name="domain",
            regex=rf"(?:(?:[A-Za-z0-9ø][A-Za-z0-9ø-]{{0,19}}\.){{2,3}}|[A-Za-z0-9ø][A-Za-z0-9ø-]{{0,40}}\.)(?:{_TLD}|COM|ORG|NET){_PATH}",
            score=0.45,
            not_preceded_by=_BEFORE,
            not_followed_by=WORD_CHARS + "@(_",
        ),
    ),
    context=(
        "my website",
        "my homepage",
        "my home page",
        "my site",
        "my blog",
        "my page",
        "my web page",
        "my profile",
        "my portfolio",
        "personal website",
        "personal page",
        "her website",
        "his website",
    ),
    examples=(
        "my website is «http://www.visualtrips.example/».",
        "My site: «https://jane.example.com/about?me=1#top», see it",
        "my blog «www.janesblog.co.za»",
        "my homepage: «jane-doe.de»!",
        "his website «jane.doe.co.uk/cv»",
        "my profile «https://www.jane.example.com/a-long-path/a-long-path/a-long-path/a-long-path/a-long-path/end» ok",
    ),
    non_examples=(
        "the end.next line",
        "self.value and os.path",
        "meet me at 12.30",
        "my website has no address",
        "foo.py and bar.rs",
    ),
)
