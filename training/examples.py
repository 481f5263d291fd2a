"""What one epoch is trained on: the corpora as they are, with their entities replaced, and templates, in all cases."""

from __future__ import annotations

from random import Random

from training.corpora import LOCATION, ORGANIZATION, PERSON, Sentence
from training.templates import make
from training.values import MAKERS, organization

LOWER_SHARE, UPPER_SHARE, TITLE_SHARE = 0.2, 0.06, 0.02
SENTENCES_JOINED_MAX = 3
CHARS_MAX = 420


def swapped(sentence: Sentence, rng: Random, real: list[str]) -> Sentence:
    """The sentence with every entity replaced by another of its kind; organisations by one of `real` now and then."""
    text, spans, at = "", [], 0
    for start, end, label in sentence.spans:
        text += sentence.text[at:start]
        if label == ORGANIZATION and rng.random() < 0.4:
            value = rng.choice(real)
        elif label in MAKERS:
            value = MAKERS[label](rng)
        else:
            value = sentence.text[start:end]
        spans.append((len(text), len(text) + len(value), label))
        text += value
        at = end
    return Sentence(text + sentence.text[at:], tuple(spans), sentence.group)


def _joined(sentences: list[Sentence], rng: Random) -> list[Sentence]:
    """Neighbours of one corpus in one text now and then, as segments have them."""
    out: list[Sentence] = []
    at = 0
    while at < len(sentences):
        count = rng.choice((1, 1, 1, 2, 3))
        text, spans = "", []
        first = sentences[at]
        for sentence in sentences[at : at + count]:
            if sentence.group != first.group or (text and len(text) + len(sentence.text) > CHARS_MAX):
                break
            joint = "" if not text else rng.choice((" ", " ", " ", "\n", "\n\n"))
            spans += [(s + len(text) + len(joint), e + len(text) + len(joint), label) for s, e, label in sentence.spans]
            text += joint + sentence.text
            at += 1
        out.append(Sentence(text, tuple(spans), first.group))
    return out


def cased(sentence: Sentence, rng: Random) -> Sentence:
    """Lower, upper or title case now and then, where that keeps lengths."""
    draw = rng.random()
    if draw < LOWER_SHARE:
        text = sentence.text.lower()
    elif draw < LOWER_SHARE + UPPER_SHARE:
        text = sentence.text.upper()
    elif draw < LOWER_SHARE + UPPER_SHARE + TITLE_SHARE:
        text = sentence.text.title()
    else:
        return sentence
    return Sentence(text, sentence.spans, sentence.group) if len(text) == len(sentence.text) else sentence


def epoch(real: list[Sentence], rng: Random, templates: int) -> list[Sentence]:
    """All texts of one epoch, shuffled.

    Args:
        real: sentences of the corpora.
        rng: seeded for this epoch.
        templates: how many sentences from templates.
    """
    names = [s.text[a:b] for s in real for a, b, label in s.spans if label == ORGANIZATION and s.group != "btc"]
    holding = [s for s in real if s.spans]
    swaps = [swapped(s, rng, names) for s in holding]
    made = make(rng, templates)
    texts = _joined(real, rng) + _joined(swaps, rng) + _joined(made, rng)
    texts = [cased(text, rng) for text in texts]
    rng.shuffle(texts)
    return texts


__all__ = ["LOCATION", "ORGANIZATION", "PERSON", "epoch", "organization"]
