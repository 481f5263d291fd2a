"""A worker process: texts in, entities out, over its standard input and output. It holds no key and writes no text."""

from __future__ import annotations

import json
import logging
import os
import sys
import warnings
from typing import BinaryIO

from gateway.models import frames
from recognizers.presidio import Analyst


def main() -> None:
    """Serve until standard input ends. The first argument is the NLP configuration as JSON, or `null`."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # Whatever a library prints must not get between the frames, nor may it hold text of users in a log.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    serve(Analyst(json.loads(sys.argv[1])), sys.stdin.buffer, out)


def serve(analyst: Analyst, source: BinaryIO, out: BinaryIO) -> None:
    """Answer frames until the source ends."""
    analyst.analyze(["Warm up with Jane Doe of Acme Ltd. in Paris."])
    _say(out, {"ready": True})
    while (message := frames.read(source)) is not None:
        try:
            found = [[list(entity) for entity in one] for one in analyst.analyze(message["texts"])]
            answer = {"id": message["id"], "found": found}
        except Exception:  # noqa: BLE001 - the message of a foreign error may hold text: only a code leaves
            answer = {"id": message["id"], "error": "analysis_failed"}
        _say(out, answer)


def _say(out: BinaryIO, message: dict[str, object]) -> None:
    out.write(frames.packed(message))
    out.flush()


if __name__ == "__main__":
    main()
