"""Trains the embedded model: `python -m training.train CORPORA [OUT]`; the same weights from the same versions and seed.

One thread. Every epoch makes its texts anew from its own seed, so names are not learnt by heart. The classes of an
entity's words are hidden from the network now and then, so that it does not lean on the lexicon alone.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import compounding, filter_spans, fix_random_seed, minibatch

from recognizers.ner.component import NAME, annotate
from recognizers.ner.lexicon import lexicon
from training.corpora import LOCATION, ORGANIZATION, PERSON, STREET, Sentence, read
from training.examples import epoch

SEED = 20
EPOCHS = 8
TEMPLATES_PER_EPOCH = 9000
HIDDEN_SHARE = 0.25
DROPOUT = 0.15
LEARN_RATES = (0.0014, 0.0002)
TARGET = Path(__file__).resolve().parents[1] / "recognizers" / "ner" / "model"
CONFIG = {
    "model": {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": 64,
        "maxout_pieces": 2,
        "use_upper": True,
        "nO": None,
        "tok2vec": {
            "@architectures": "spacy.Tok2Vec.v2",
            "embed": {
                "@architectures": "spacy.MultiHashEmbed.v2",
                "width": 96,
                "attrs": ["NORM", "PREFIX", "SUFFIX", "SHAPE", "TAG"],
                "rows": [5000, 1000, 2500, 1500, 400],
                "include_static_vectors": False,
            },
            "encode": {
                "@architectures": "spacy.MaxoutWindowEncoder.v2",
                "width": 96,
                "depth": 4,
                "window_size": 1,
                "maxout_pieces": 3,
            },
        },
    }
}


def blank() -> Language:
    """The pipeline, untrained."""
    nlp = spacy.blank("en")
    nlp.add_pipe(NAME)
    ner = nlp.add_pipe("ner", config=CONFIG)
    for label in (PERSON, LOCATION, ORGANIZATION, STREET):
        ner.add_label(label)  # type: ignore[attr-defined]
    return nlp


def example(nlp: Language, sentence: Sentence, rng: random.Random) -> Example | None:
    """A text with its answer; None when no span falls on tokens."""
    doc = annotate(nlp.make_doc(sentence.text), lexicon())
    reference = Doc(nlp.vocab, words=[t.text for t in doc], spaces=[bool(t.whitespace_) for t in doc])
    spans = [reference.char_span(a, b, label=label, alignment_mode="contract") for a, b, label in sentence.spans]
    kept = filter_spans([span for span in spans if span is not None])
    kept = [trimmed for span in kept if (trimmed := _without_breaks(span)) is not None]
    reference.ents = kept
    if rng.random() < HIDDEN_SHARE:
        for span in kept:
            for token in span:
                doc[token.i].tag_ = doc[token.i].tag_[-1:]
    return Example(doc, reference)


def _without_breaks(span: spacy.tokens.Span) -> spacy.tokens.Span | None:
    """A span without white space at its edges: the parser refuses those."""
    start, end = span.start, span.end
    while start < end and span.doc[start].is_space:
        start += 1
    while end > start and span.doc[end - 1].is_space:
        end -= 1
    return spacy.tokens.Span(span.doc, start, end, label=span.label) if start < end else None


def save(nlp: Language, target: Path) -> None:
    """Write the weights, without the words that were met on the way."""
    nlp.meta.update(name="holdback_names", version="1.0.0", description="Names, places, organisations, addresses")
    nlp.to_disk(target, exclude=["vocab"])


def train(corpora: Path, target: Path = TARGET, epochs: int = EPOCHS) -> None:
    """Train and write the pipeline."""
    fix_random_seed(SEED)
    real = read(corpora)
    nlp = blank()
    warm = epoch(real, random.Random(SEED), 400)[:400]
    examples = [found for text in warm if (found := example(nlp, text, random.Random(SEED)))]
    optimizer = nlp.initialize(lambda: examples)
    began = time.process_time()
    for number in range(epochs):
        rng = random.Random(SEED * 1000 + number)
        texts = epoch(real, rng, TEMPLATES_PER_EPOCH)
        share = number / max(1, epochs - 1)
        optimizer.learn_rate = LEARN_RATES[0] * (LEARN_RATES[1] / LEARN_RATES[0]) ** share
        losses: dict[str, float] = {}
        made = (found for text in texts if (found := example(nlp, text, rng)))
        for batch in minibatch(made, size=compounding(64.0, 128.0, 1.002)):
            nlp.update(batch, sgd=optimizer, drop=DROPOUT, losses=losses)
        print(f"epoch {number + 1}: loss {losses['ner']:.0f}, {time.process_time() - began:.0f} s of CPU", flush=True)
        if number == epochs - 1:
            with nlp.use_params(optimizer.averages):
                save(nlp, target)


if __name__ == "__main__":
    train(Path(sys.argv[1]), *(Path(value) for value in sys.argv[2:3]), *(int(value) for value in sys.argv[3:4]))
