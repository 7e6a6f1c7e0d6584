"""Signatures of bundles: which service a bundle is from, as far as keys can tell (Ed25519, RFC 8032).

A library has one key, made when it first exports. Whoever takes in a bundle remembers the key of its service the first
time (trust on first use, as SSH does); a later bundle of the same name with another key, or with none, is refused until a
person has asked that service. A signature does not say that what is in a bundle is true.
"""

from __future__ import annotations

import hashlib
import unicodedata

from pydantic import Field

from kmassist.documents.frozen import Frozen
from kmassist.errors import UnreadableSource
from kmassist.index import Index

KEY_KIND, SERVICE_KIND = "signing-key", "service-key"
"""Kinds of record: the library's own key, and the keys of services whose bundles were taken in. Neither quotes a document."""
_OWN = "own"
_PURPOSE = b"kmassist bundle, version 1\n"
_OWN_ALPHABET = "Latin"
"""Whole names can be spelt with letters of another alphabet that look like these: СОРЕ and COPE."""
_LOOKS = str.maketrans({"i": "l", "1": "l", "|": "l", "0": "o"})
"""Letters and figures that are one sign in many typefaces."""


class ServiceKey(Frozen):
    """The key that a service's bundles were signed with when the first of them was taken in."""

    service: str
    key: str = Field(pattern=r"^[0-9a-f]{64}$")
    first_seen: str


def signed_bytes(digests: dict[str, str]) -> bytes:
    """What is signed: the digests of a bundle's members, in a form of their own."""
    return (
        _PURPOSE
        + "".join(f"{name} {digest}\n" for name, digest in sorted(digests.items())).encode()
    )


def own_key(index: Index) -> str:
    """The public key of this library, made at the first call: 64 hexadecimal digits."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    held = index.records(KEY_KIND).get(_OWN)
    if held is None:
        held = {"private": Ed25519PrivateKey.generate().private_bytes_raw().hex()}
        index.put_record(KEY_KIND, _OWN, held)
    private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(held["private"]))
    return private.public_key().public_bytes_raw().hex()


def sign(index: Index, message: bytes) -> tuple[str, str]:
    """The library's public key and its signature of a message, in hexadecimal digits."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = own_key(index)
    private = Ed25519PrivateKey.from_private_bytes(
        bytes.fromhex(index.records(KEY_KIND)[_OWN]["private"])
    )
    return key, private.sign(message).hex()


def is_signed_by(key: str, signature: str, message: bytes) -> bool:
    """Whether the signature is that key's; False for what is no key or no signature."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(
            bytes.fromhex(signature), message
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def fingerprint(key: str) -> str:
    """A key as two people compare it on the telephone: six groups of four letters and digits."""
    digest = hashlib.sha256(bytes.fromhex(key)).hexdigest()[:24]
    return " ".join(digest[start : start + 4] for start in range(0, 24, 4))


def check_service(index: Index, service: str, key: str, *, today: str, accept_key: bool) -> None:
    """Compare a bundle's key with the one remembered of its service, and remember it when there is none.

    Args:
        service: the name that the bundle gives.
        key: its public key, empty when it is not signed.
        today: the day, as it is remembered.
        accept_key: a person has asked that service; what comes now is taken, and a new key remembered.

    Raises:
        UnreadableSource: the service is known by another key, and nobody has asked.
    """
    if len(alphabets := _alphabets(service)) > 1:
        raise UnreadableSource(
            f"The service's name, {service}, mixes letters of {' and '.join(alphabets)}: it may only look like another's.",
            "Ask whoever sent it.",
            kind="signature",
        )
    if alphabets not in ([], [_OWN_ALPHABET]) and not accept_key:
        raise UnreadableSource(
            f"The service's name, {service}, is written in {alphabets[0]} letters: it may only look like another's.",
            "Ask whoever sent it. If the name is theirs, take it in with --accept-key.",
            kind="signature",
        )
    held = index.records(SERVICE_KIND)
    name = " ".join(service.casefold().split())
    keys = [ServiceKey.model_validate(body) for body in (held.get(name), *held.values()) if body]
    known = next((held for held in keys if _look(held.service) == _look(service)), None)
    if known and known.key != key and not accept_key:
        how = f"is signed with another key ({fingerprint(key)})" if key else "is not signed"
        raise UnreadableSource(
            f"The bundle says that it is from {service}, but {how}: since {known.first_seen} the bundles of {known.service} are "
            f"signed with the key {fingerprint(known.key)}.",
            "Ask that service. If it is theirs, take it in with --accept-key.",
            kind="signature",
        )
    if key and (known is None or known.key != key):
        pinned = ServiceKey(service=known.service if known else service, key=key, first_seen=today)
        name = " ".join(pinned.service.casefold().split())
        index.put_record(SERVICE_KIND, name, pinned.model_dump(mode="json"))


def _look(service: str) -> str:
    """A name by its letters and figures alone, as they look: another dot, blank, width or case makes no other service."""
    plain = unicodedata.normalize("NFKD", service).casefold()
    return "".join(c for c in plain if c.isalnum()).translate(_LOOKS)


def _alphabets(service: str) -> list[str]:
    """Of the letters of a name, in the words of Unicode: Latin, Cyrillic, Greek."""
    letters = unicodedata.normalize("NFKC", service)
    return sorted({unicodedata.name(c, "other").split()[0].title() for c in letters if c.isalpha()})


def signature_line(service: str, key: str) -> str:
    """One sentence on a bundle's signature, for every screen that shows one."""
    if not key:
        return f"Not signed: nothing shows that it comes from {service}."
    return f"Signed with the key {fingerprint(key)}; {service} can say whether that is theirs."
