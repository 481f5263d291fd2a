"""For programs that call a gateway: a private key, a proof for each request, sessions (`docs/connect.md`).

`gateway.client.httpx2` and `gateway.client.httpx` hold the auth class for the two HTTP libraries; `kept` is where
logins are kept. Knows nothing of the gateway's inside: what it proves, it must not share.
"""
