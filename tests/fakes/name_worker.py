"""A worker that starts at once: words of capitals are people. Some words make it die, hang or answer wrongly."""

from __future__ import annotations

import os
import re
import sys
import time

from gateway.models import frames

PERSON = re.compile(r"\b[A-Z]{4,}\b")


def main() -> None:
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    out.write(frames.packed({"ready": True}))
    out.flush()
    while (message := frames.read(sys.stdin.buffer)) is not None:
        texts = message["texts"]
        if any("poison" in text for text in texts):
            os._exit(3)
        if any("sleepy" in text for text in texts):
            time.sleep(60)
        if any("slowly" in text for text in texts):
            time.sleep(0.3)
        if any("muddled" in text for text in texts):
            out.write(frames.packed({"id": message["id"], "error": "analysis_failed"}))
        else:
            found = [[[m.start(), m.end(), "PERSON", 0.9] for m in PERSON.finditer(text)] for text in texts]
            out.write(frames.packed({"id": message["id"], "found": found}))
        out.flush()


if __name__ == "__main__":
    main()
