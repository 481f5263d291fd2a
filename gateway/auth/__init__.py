"""Who may do what: keys, scopes, proofs of possession, refresh. Pure: time, chance and secrets are passed in."""
