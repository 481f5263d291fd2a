"""What the prompt firewall sees of labelled attacks and of ordinary prompts, and what it costs next to tiers 1 and 2.

    python -m tests.bench.firewall [--data ../shared/data/injection] [--threshold 0.6]

Three tables: recall by kind of attack; recall when one family of rules is left out, which shows what hangs on it;
recall on all other kinds when one kind is left out, which shows that no kind carries the figure. The sets are not
part of the project.
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from pathlib import Path

import click

from gateway.firewall.injection import Firewall, Judgement
from gateway.firewall.rules import built_in
from gateway.services import build_engine
from gateway.stream.holdback import redact


def attacks(folder: Path) -> list[tuple[str, str]]:
    """Kind and text of each attack."""
    rows = json.loads((folder / "attacks_purplellama.json").read_text(encoding="utf-8"))
    return [(f"{row['injection_variant']} ({row['injection_type']})", row["user_input"]) for row in rows]


def benign(folder: Path) -> list[str]:
    """Ordinary prompts, each with all its turns."""
    lines = [line for file in sorted(folder.glob("benign_*.jsonl")) for line in file.read_text("utf-8").splitlines()]
    return ["\n".join(json.loads(line)["turns"]) for line in lines if line]


def without(judgement: Judgement, family: str) -> float:
    """The score when a family is left out."""
    remaining = 1.0
    for signal in judgement.signals:
        remaining *= 1 if signal.family == family else 1 - signal.weight
    return 1 - remaining


def _seconds(work: object, texts: list[str]) -> float:
    assert callable(work)
    started = time.process_time()
    for text in texts:
        work(text)
    return time.process_time() - started


@click.command()
@click.option("--data", default="../shared/data/injection", type=click.Path(exists=True, path_type=Path))
@click.option("--threshold", default=0.6, show_default=True)
def main(data: Path, threshold: float) -> None:
    """Print the tables."""
    firewall, engine = Firewall(), build_engine("default")
    judged = [(kind, firewall.judge(text)) for kind, text in attacks(data)]
    ordinary = [firewall.judge(text) for text in benign(data)]
    hits = [(kind, one.score >= threshold) for kind, one in judged]
    by_kind: dict[str, list[bool]] = defaultdict(list)
    for kind, hit in hits:
        by_kind[kind].append(hit)
    print(f"recall {sum(hit for _, hit in hits)}/{len(hits)} = {sum(hit for _, hit in hits) / len(hits):.3f}")
    false = sum(one.score >= threshold for one in ordinary)
    print(f"false alarms {false}/{len(ordinary)} = {false / len(ordinary):.4f}\n")
    print(f"{'kind of attack':44} {'seen':>9}   recall on all others")
    for kind, seen in sorted(by_kind.items()):
        others = [hit for other, hit in hits if other != kind]
        print(f"{kind:44} {sum(seen):4}/{len(seen):<4}   {sum(others) / len(others):.3f}")
    print(f"\n{'family left out':44} {'recall':>9}   false alarms")
    for family in [*dict.fromkeys(rule.family for rule in built_in()), "invisible_text", "repetition"]:
        left = sum(without(one, family) >= threshold for _, one in judged)
        alarms = sum(without(one, family) >= threshold for one in ordinary)
        print(f"{family:44} {left / len(judged):9.3f}   {alarms}")
    texts = [text for _, text in attacks(data)] + benign(data)
    _seconds(firewall.judge, texts), _seconds(lambda text: redact(engine.request, text), texts)
    ratio = _seconds(firewall.judge, texts) / _seconds(lambda text: redact(engine.request, text), texts)
    print(f"\ncost: {ratio:.2f} times the scan of tiers 1 and 2 over the same texts, one core, warm")


if __name__ == "__main__":
    main()
