"""The first component of our pipeline: each token's tag says what the word can be, its lemma is its lower case.

The network takes the tag as a feature beside the word's spelling. The lemma is what Presidio compares with context
words; a blank pipeline leaves it empty, and then no context word counts.
"""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from recognizers.ner.lexicon import Lexicon, lexicon

NAME = "holdback_lexicon"
LEMMAS = "holdback_lemmas"


def annotate(doc: Doc, words: Lexicon) -> Doc:
    """Set tags and lemmas."""
    lowered = [token.lower_ for token in doc]
    tags = [words.word(word) for word in lowered]
    for start, end in words.places(lowered):
        for at in range(start, end):
            tags[at] = "M" + tags[at]
    for token, tag, lower in zip(doc, tags, lowered, strict=True):
        token.tag_ = tag
        token.lemma_ = lower
    return doc


@Language.component(NAME)
def holdback_lexicon(doc: Doc) -> Doc:
    return annotate(doc, lexicon())


@Language.component(LEMMAS)
def holdback_lemmas(doc: Doc) -> Doc:
    """Lemmas for a pipeline of the user that sets none."""
    for token in doc:
        if not token.lemma_:
            token.lemma_ = token.lower_
    return doc
