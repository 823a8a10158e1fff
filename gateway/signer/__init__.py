"""The signing keys: the port to a private key wherever it is, keys over time, and what each signed."""

from gateway.signer.exchange import Exchange
from gateway.signer.ledger import Ledger, Reading, Signed
from gateway.signer.opening import open_signer, signer_for
from gateway.signer.port import NoSigner, Signer
from gateway.signer.records import ACTIVE, REASONS, KeyRecord
from gateway.signer.store import NEW_KINDS, KeyStore

__all__ = [
    "ACTIVE",
    "NEW_KINDS",
    "REASONS",
    "Exchange",
    "KeyRecord",
    "KeyStore",
    "Ledger",
    "NoSigner",
    "Reading",
    "Signed",
    "Signer",
    "open_signer",
    "signer_for",
]
