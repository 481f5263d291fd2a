"""Reads a provider's configuration field by field: known names only, each value by its pattern, no credential
anywhere."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gateway.errors.kms import KmsConfigInvalid, StaticCredentialRefused

_CREDENTIAL_NAMES = re.compile(
    r"(?:aws)?(?:secret)?accesskey(?:id)?|(?:aws)?secretkey|(?:aws)?(?:session|security|sas)?token|secret|password"
    r"|(?:azure|app)?clientsecret(?:value)?|privatekey(?:id|data|pem)?|keyfile|connectionstring|refreshtoken"
    r"|(?:google|gcp|aws|azure|application|googleapplication)?credentials?(?:file|json|path)?"
    r"|serviceaccount(?:json|key|file)|(?:client)?certificate(?:path|pem)?|apikey|assertion|pfx"
)
# What a value of such a credential looks like, wherever somebody puts it.
_CREDENTIAL_VALUES = re.compile(
    r"(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])"  # AWS access key
    r"|-----BEGIN"  # key file
    r"|\"private_key|\{"  # GCP key file
    r"|[A-Za-z0-9_.-]{3}8Q~[A-Za-z0-9~_.-]{31,34}"  # Azure client secret
)
_SECRET_SHAPE = re.compile(r"[A-Za-z0-9/+=]{40}")  # AWS secret key: 40 characters of base64, in a field of its own
_LONGEST = 2048


def read_fields(
    config: Mapping[str, object],
    *,
    required: Mapping[str, str],
    optional: Mapping[str, str],
) -> dict[str, str]:
    """The fields of `config`, checked.

    Args:
        config: as it came.
        required: names that must be there, and the regular expression that the whole value matches.
        optional: the same for names that may be there.

    Raises:
        StaticCredentialRefused: a name or a value that is a long-lived credential.
        KmsConfigInvalid: an unknown name, a missing one, or a value off its pattern; `param` names ours only.
    """
    for name, value in config.items():
        plain = re.sub(r"[^a-z]", "", name.lower())
        known = name in required or name in optional
        if not known and _CREDENTIAL_NAMES.fullmatch(plain):
            raise StaticCredentialRefused(param="config")
        refuse_credential(value, param=f"config.{name}" if known else "config")
        if not known:
            raise KmsConfigInvalid(param="config")
    patterns = {**required, **optional}
    for name in required:
        if name not in config:
            raise KmsConfigInvalid(param=f"config.{name}")
    return {name: matched(value, patterns[name], f"config.{name}") for name, value in config.items()}


def refuse_credentials(given: object, *, depth: int = 8) -> None:
    """Looks through a whole request, known and unknown fields alike, before anything else is said of it.

    Raises:
        StaticCredentialRefused: a name or a value, however deep, is one of a long-lived credential.
    """
    if isinstance(given, Mapping) and depth:
        for name, value in given.items():
            if _CREDENTIAL_NAMES.fullmatch(re.sub(r"[^a-z]", "", str(name).lower())):
                raise StaticCredentialRefused(param="config")
            refuse_credentials(value, depth=depth - 1)
    elif isinstance(given, list | tuple) and depth:
        for value in given:
            refuse_credentials(value, depth=depth - 1)
    elif isinstance(given, str):
        refuse_credential(given, param="config")


def matched(value: object, pattern: str, param: str) -> str:
    """`value` if it is a string that `pattern` matches from end to end."""
    if not isinstance(value, str) or len(value) > _LONGEST or not re.fullmatch(pattern, value, re.ASCII):
        raise KmsConfigInvalid(param=param)
    return value


def refuse_credential(value: object, *, param: str) -> None:
    """Raises `StaticCredentialRefused` for what looks like a long-lived credential."""
    if isinstance(value, Mapping):
        raise StaticCredentialRefused(param=param)  # a key file, taken apart
    if isinstance(value, str) and (_CREDENTIAL_VALUES.search(value) or _SECRET_SHAPE.fullmatch(value)):
        raise StaticCredentialRefused(param=param)
