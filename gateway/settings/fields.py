"""What the sections of the settings have in common."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from gateway.errors import ConfigurationError

SECRET_BYTES_MAX = 1 << 16
Seconds = Annotated[float, Field(gt=0, le=86_400)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]


class Section(BaseModel):
    """A part of the settings: unknown names are refused, values are not shown in errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def secret(name: str, variable: str, path: str, environment: Mapping[str, str], file: str) -> str | None:
    """The secret that the settings `<name>_file` (first) or `<name>_env` point to; None when both are empty.

    Raises:
        ConfigurationError: what they point to is not there, or is empty.
    """
    if path:
        text = ""
        try:
            with Path(path).open("rb") as opened:
                text = opened.read(SECRET_BYTES_MAX).decode().strip()
        except (OSError, UnicodeDecodeError):
            pass
        if not text:
            raise ConfigurationError(f"`{name}_file` cannot be read, or is empty.", file=file)
        return text
    if variable:
        text = environment.get(variable, "")
        if not text:
            problem = f"`{name}_env` names a variable that is not set."
            raise ConfigurationError(problem, file=file, cure=f"Set {variable}.")
        return text
    return None
