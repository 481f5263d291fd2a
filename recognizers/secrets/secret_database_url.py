"""Database URLs."""

from recognizers.recognizer import Pattern, Recognizer, Tail

_SCHEME = (
    r"(?:postgres(?:ql)?|mysql|mariadb|mongodb|rediss?|valkeys?|amqps?|mssql|sqlserver|oracle|clickhouse|couchdb|neo4j|bolt|nats|ldaps?)"
    r"(?:\+[a-z0-9]{2,8})?://"
)
_USER = r"[^\s/:@\"'<>]{0,16}"
_TAIL = r"!#-&*-;=?-_a-z|~ø"

RECOGNIZER = Recognizer(
    entity="SECRET_DATABASE_URL",
    summary="URL of a database, queue or directory that carries a password: redacted as a whole.",
    source="PostgreSQL docs 34.1.1.2 (connection URIs), MongoDB, Redis, AMQP and MySQL connection strings",
    patterns=(
        Pattern(
            name="url",
            regex=rf"{_SCHEME}{_USER}:[^\s/@\"'<>]{{1,28}}@[A-Za-z0-9ø.-]{{1,27}}",
            score=1.0,
            checksum="url_credentials",
            not_followed_by="",
            tail=Tail(chars=_TAIL, cap=2048),
        ),
        Pattern(
            name="long password",
            regex=rf"{_SCHEME}{_USER}:[^\s/@\"'<>]{{29}}",
            score=1.0,
            checksum="url_credentials",
            not_followed_by="",
            tail=Tail(chars=_TAIL, cap=2048),
        ),
    ),
    examples=(
        "DATABASE_URL=«postgres://app:s3cr3t@db.example.com:5432/app?sslmode=require»",
        '"«mongodb+srv://jane:hunter2@cluster0.example.net/test»"',
        "cache «redis://:p4ssw0rd@10.0.0.5:6379/0» up",
        "«postgresql+psycopg2://app:Pa55%40word@localhost/db»",
        "«amqp://guest1:guest1@rabbit.example.org:5672/%2F» now",
    ),
    non_examples=(
        "postgres://localhost/app",
        "postgresql://user:password@localhost/db is the form",
        "redis://10.0.0.5:6379/0",
        "mysql://root:${PASSWORD}@db/app",
    ),
)
