"""Tokens of services that mark theirs with a prefix."""

from recognizers.recognizer import WORD_CHARS, Pattern, Recognizer, Tail

_BEFORE = WORD_CHARS + "_-"
_TAIL = Tail(chars="A-Za-z0-9_.=-", cap=2048)


def _token(
    name: str, prefixes: str, chars: str = "A-Za-z0-9_-", head: int = 20, checksum: str | None = None
) -> Pattern:
    return Pattern(
        name=name,
        regex=rf"(?:{prefixes})[{chars}]{{{head}}}",
        score=1.0,
        checksum=checksum,
        not_preceded_by=_BEFORE,
        not_followed_by="",
        tail=_TAIL,
    )


RECOGNIZER = Recognizer(
    entity="SECRET_SERVICE_TOKEN",
    summary="Token of a service that marks its own with a prefix: Grafana, PlanetScale, Sentry, Groq, xAI, Perplexity, "
    "NVIDIA, Replicate, Figma, Contentful, Docker, RubyGems, LangSmith, Tailscale, Docker Swarm, 1Password, Supabase, "
    "PostHog, Vercel, Dropbox, Fly.io, Postman, Artifactory, HubSpot, Airtable, Facebook and others; and a random "
    "value after the name of a service and a word like token.",
    source="The services' own references (authentication pages); GitHub docs, 'Supported secret scanning patterns'",
    patterns=(
        _token(
            "prefix",
            "glsa_|glc_|pscale_(?:tkn|pw|oauth)_|sntry[su]_|gsk_|xai-|pplx-|nvapi-|figd_|CFPAT-|dckr_(?:pat|oat)_|"
            "rubygems_|lsv2_(?:pt|sk)_|tskey-[a-z]{3,6}-|SWMTKN-1-|ops_eyJ|sbp_|ph[cx]_|vercel_blob_rw_|fo1_|r8_|"
            "PMAK-|duffel_(?:live|test)_|shippo_(?:live|test)_|rdme_|sgp_|pul-|CLOJARS_|nfp_|apify_api_|tvly-|"
            "ccipat_|waka_|EAACEdEose0cBA|bkua_|CCIPAT_|e2b_|fc-[0-9a-f]",
            checksum="token_after_prefix",
        ),
        _token("without a separator", "AKCp|oy2|cio|LTAI", "A-Za-z0-9", 26, "token_after_prefix"),
        _token("dropbox", r"sl\.(?:u\.)?", head=60, checksum="token_after_prefix"),
        _token("airtable", r"pat[A-Za-z0-9]{14}\.", "0-9a-f", 32),
        _token("hubspot", r"pat-(?:na|eu)\d-[0-9a-f]{8}-[0-9a-f]{4}-", "0-9a-f-", 14),
        _token("fly", r"FlyV1 fm[12][ar]?_", "A-Za-z0-9+/=_-"),
        Pattern(
            name="named service",
            regex=r"(?:snowflake|databricks|cohere|mistral|groq|together|fireworks|pinecone|weaviate|qdrant|replicate|"
            r"deepseek|perplexity|elevenlabs|assemblyai|cloudflare|fastly|sentry|grafana|okta|auth0|algolia|mapbox|"
            r"dropbox|airtable|asana|zendesk|hubspot|intercom|segment|mixpanel|amplitude|launchdarkly|pagerduty|"
            r"circleci|travis|vercel|netlify|supabase|planetscale|mongodb|elastic)(?:[ _-](?:api|access|auth|personal|"
            r"programmatic|service|secret)){0,1}[ _-](?:token|key|secret|pat)[\"']?[ \t]{0,2}(?:[:=]|=>| is )?"
            r"[ \t\"']{0,3}([A-Za-z0-9_./+-]{20})",
            score=0.9,
            checksum="high_entropy",
            not_preceded_by="",
            not_followed_by="",
            ignore_case=True,
            tail=Tail(chars="A-Za-z0-9_./+=-", cap=1024),
        ),
    ),
    examples=(
        "use «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» please",
        "«glsa_aYV2FyCtlItZjBKyLof06vu1M1p9unB5_0018f99d», «r8_DWFfVTvVKqgPF9BFmYIuaw6fPsON7UPSq2pfi»",
        "Airtable «patAbCdEfGhIjKlMn.2c8a2788fbf742b65b754e51acbd3d48c3bb9e28c9e3ef5404bf7bac80608159»",
        "HubSpot «pat-na1-8a878e2f-264d-9b1e-cb19-dd8b7c46b26a»",
        "snowflake token «MOem3Od2xYAfPTwLkZ9FRXVFiq1S7t5dVD1YZRLkBy0O»",
    ),
    non_examples=(
        "gsk_ is the prefix, pul-monary_embolism_of_the_lung",
        "phc_the_name_of_a_python_function",
        "snowflake token is_the_name_of_a_variable_in_code",
        "sl.the_module.the_function_of_the_module_that_has_a_very_long_name_indeed",
        "oy2 and cio are short",
    ),
)
