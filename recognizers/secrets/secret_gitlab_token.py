"""GitLab tokens."""

from recognizers.recognizer import Pattern, Recognizer, Tail

RECOGNIZER = Recognizer(
    entity="SECRET_GITLAB_TOKEN",
    summary="GitLab token: personal, project, deploy, runner, trigger, feed, OAuth, agent, incoming mail, job.",
    source="GitLab docs, 'Token overview', token prefixes",
    patterns=(
        Pattern(
            name="token",
            regex=r"(?:glpat|gloas|gldt|glrt|glrtr|glcbt|glptt|glft|glimt|glagent|glsoat|glffct|glwt)-[A-Za-z0-9_-]{20}",
            score=1.0,
            not_followed_by="",
            tail=Tail(chars="A-Za-z0-9_.-", cap=512),
        ),
        Pattern(
            name="runner registration",
            regex=r"GR1348941[A-Za-z0-9_-]{20}",
            score=1.0,
            not_followed_by="",
            tail=Tail(chars="A-Za-z0-9_-", cap=512),
        ),
    ),
    examples=(
        "PRIVATE-TOKEN: «glpat-ABCdef123456ghiJKL78»",
        "deploy token «gldt-x7Yz12ABcdEF34ghIJ56»",
        "runner «GR1348941abcDEF123ghiJKL456mno»",
    ),
    non_examples=(
        "glpat- is the prefix",
        "gldt-short",
        "glad-to-see-you-here-again-today",
    ),
)
