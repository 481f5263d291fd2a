"""The formats of streams as a provider writes them and a client reads them, for tests that hold for all of them.

Nothing here is shared with the gateway: events are written and read with the standard library alone.
"""

from tests.dialects.anthropic import ANTHROPIC
from tests.dialects.chat import CHAT
from tests.dialects.completions import COMPLETIONS
from tests.dialects.dialect import Dialect
from tests.dialects.responses import RESPONSES

DIALECTS: tuple[Dialect, ...] = (CHAT, COMPLETIONS, RESPONSES, ANTHROPIC)
PLACES = [(dialect, field) for dialect in DIALECTS for field in dialect.fields]

__all__ = ["ANTHROPIC", "CHAT", "COMPLETIONS", "DIALECTS", "PLACES", "RESPONSES", "Dialect"]
