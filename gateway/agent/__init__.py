"""The local agent: for tools that can set a base URL and a key, and no more. It holds the private key and signs."""
