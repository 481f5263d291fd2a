"""Cryptocurrency addresses."""

from recognizers.recognizer import Pattern, Recognizer, Tail

_B58 = "1-9A-HJ-NP-Za-km-z"
_CONNECTOR = r"[\"']?[ \t]{0,2}(?:[:=]|=>| is )?[ \t\"']{0,3}"
_FIRST = rf"(?:[13][{_B58}]|L[K-Za-h]|M[7-9A-V]|D[5-9A-U]|T[9A-Z]|X[b-w]|t1)"
"""What the version bytes of Bitcoin, Litecoin (twice), Dogecoin, Tron, Dash and Zcash look like."""

RECOGNIZER = Recognizer(
    entity="CRYPTO",
    summary="Cryptocurrency address: Bitcoin, Litecoin, Dogecoin, Tron, Dash, Zcash and Bech32 with their checksums, "
    "Ethereum, Cardano and Monero by their form, XRP and Solana next to their names.",
    source="Bitcoin wiki (Base58Check), BIP 173 and 350, EIP-55, CIP-19, Monero docs, Solana docs, xrpl.org",
    patterns=(
        Pattern(name="base58check", regex=rf"{_FIRST}[{_B58}]{{23,33}}", score=1.0, checksum="base58check"),
        Pattern(
            name="bech32",
            regex=r"(?:bc|tb|ltc)1[02-9ac-hj-np-z]{8,87}",
            score=1.0,
            checksum="bech32",
            ignore_case=True,
        ),
        Pattern(name="ethereum", regex=r"0x[0-9a-fA-F]{40}", score=0.7),
        Pattern(
            name="cardano",
            regex=r"addr1[02-9ac-hj-np-z]{50}",
            score=0.9,
            not_followed_by="",
            tail=Tail(chars="02-9ac-hj-np-z", cap=128),
        ),
        Pattern(
            name="monero",
            regex=rf"[48][0-9AB][{_B58}]{{93}}",
            score=0.8,
            checksum="base58_mixed",
            not_followed_by="",
            tail=Tail(chars=_B58, cap=16),
        ),
        Pattern(
            name="solana",
            regex=rf"(?:solana|phantom)(?:[ _-]?(?:wallet|address|account)){{0,3}}{_CONNECTOR}([{_B58}]{{32,44}})",
            score=0.8,
            checksum="base58_mixed",
            ignore_case=True,
        ),
        Pattern(
            name="xrp",
            regex=rf"(?:xrpl?|ripple)(?:[ _-]?(?:wallet|address|account)){{0,3}}{_CONNECTOR}(r[{_B58}]{{24,34}})",
            score=1.0,
            checksum="xrp_address",
            ignore_case=True,
        ),
    ),
    examples=(
        "send to «1BoatSLRHtKNngkdXEeobR76b53LETtpyT».",
        "«3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy» or «bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4»",
        "taproot «bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0»",
        "ETH «0x52908400098527886E0F7030069857D2E4169EE7»",
        "Tron «TJRabPrwbZy45sbavfcjinPJC18kjpRTv8», XRP «rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh»",
        "«44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A»",
        "Solana wallet: «7EcDhSYGxXyscszYEp35KHN8vvw3svAuLKTzXwCFLtV»",
    ),
    non_examples=(
        "1BoatSLRHtKNngkdXEeobR76b53LETtpyU fails",
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
        "0x52908400098527886E0F7030069857D2E4169EE",
        "sha256 4a7d1ed414474e4033ac29ccb8653d9b4a7d1ed414474e4033ac29ccb8653d9b",
    ),
)
