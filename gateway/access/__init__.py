"""Access of clients: keys, proofs, sessions. What is decided stands in `gateway.auth`; this room fetches and keeps."""
