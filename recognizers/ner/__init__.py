"""What the embedded model of tier 3 is made of: its lexicon, its pipeline components, its weights."""
