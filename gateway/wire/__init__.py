"""Wire formats: bytes of a provider's protocol to texts and back; a byte that is not changed stays as it was."""
