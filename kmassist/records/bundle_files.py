"""A bundle as a zip of three known files, read in memory only and believed in nothing.

What comes in is somebody else's: it is validated, cleaned of control characters, and marked external.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from kmassist.documents.document import (
    clean_text,
)
from kmassist.errors import UnreadableSource
from kmassist.records.bundles import SCHEMA, Bundle, without_controls
from kmassist.records.signing import is_signed_by, signed_bytes
from kmassist.text.faults import place_of, reason_of

_BUNDLE, _MANIFEST, _BRIEF = "bundle.json", "manifest.json", "brief.md"
_LARGEST_ZIP = 32 * 2**20
_LARGEST_MEMBER = {_BUNDLE: 24 * 2**20, _MANIFEST: 2**16, _BRIEF: 8 * 2**20}
Signer = Callable[[bytes], tuple[str, str]]
"""Gives the public key and the signature of a message, in hexadecimal digits."""


def write_bundle(bundle: Bundle, brief_markdown: str, signer: Signer | None = None) -> bytes:
    """The zip: same bundle and key, same bytes."""
    body = bundle.model_dump_json(by_alias=True, indent=1).encode()
    text = brief_markdown.encode()
    digests = {_BUNDLE: _sha256(body), _BRIEF: _sha256(text)}
    manifest: dict[str, Any] = {"schema": SCHEMA, "sha256": digests}
    if signer:
        manifest["key"], manifest["signature"] = signer(signed_bytes(digests))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (
            (_MANIFEST, json.dumps(manifest, indent=1).encode()),
            (_BUNDLE, body),
            (_BRIEF, text),
        ):
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            archive.writestr(info, data)
    return out.getvalue()


def read_signed(data: bytes) -> tuple[Bundle, str]:
    """A bundle from a zip that anybody could have made, and the public key it was signed with, empty for none.

    Nothing is unpacked to disk; only the three known names are read, each up to a limit; digests must agree.

    Raises:
        UnreadableSource: it is not a bundle, too large, altered, or made by a newer kmassist.
    """
    if len(data) > _LARGEST_ZIP:
        raise UnreadableSource(
            "The bundle is too large.", f"The limit is {_LARGEST_ZIP // 2**20} MB.", kind="limit"
        )
    members = _members(data)
    manifest, body = _json(members[_MANIFEST]), members[_BUNDLE]
    if not isinstance(manifest, dict) or manifest.get("schema") != SCHEMA:
        schema = str(manifest.get("schema", "")) if isinstance(manifest, dict) else ""
        newer = schema.startswith("kmassist.bundle/")
        raise UnreadableSource(
            "The bundle was made by another version of kmassist."
            if newer
            else "The file is not a kmassist bundle.",
            "Update kmassist." if newer else "Ask for one made with 'kmassist share export'.",
        )
    sums = manifest.get("sha256")
    if not isinstance(sums, dict) or any(
        sums.get(name) != _sha256(members[name]) for name in (_BUNDLE, _BRIEF)
    ):
        raise UnreadableSource(
            "The bundle was damaged or altered on its way: a digest does not agree.",
            "Ask for it again.",
        )
    try:
        bundle = Bundle.model_validate(without_controls(_json(body)))
    except ValidationError as error:
        raise _cannot_be(error) from error
    except RecursionError as error:
        raise UnreadableSource("The bundle is nested too deeply.", "Ask for it again.") from error
    if bundle.bundle_id != bundle.digest_id:
        raise UnreadableSource("The bundle is not what its id says.", "Ask for it again.")
    return bundle, _key_of(manifest)


def _key_of(manifest: dict[str, Any]) -> str:
    """The key of a manifest's signature, empty without one.

    Raises:
        UnreadableSource: the signature is not that key's.
    """
    key, signature = manifest.get("key", ""), manifest.get("signature", "")
    if not key and not signature:
        return ""
    if not (isinstance(key, str) and isinstance(signature, str)) or not is_signed_by(
        key, signature, signed_bytes({name: manifest["sha256"][name] for name in (_BUNDLE, _BRIEF)})
    ):
        raise UnreadableSource(
            "The bundle's signature does not fit it: it was altered, or signed by somebody else.",
            "Ask for it again.",
        )
    return key.lower()


def _cannot_be(error: ValidationError) -> UnreadableSource:
    """What a bundle holds that it must not: a value that cannot be, or a field of another version."""
    first = error.errors()[0]
    place = place_of(first)[:120]
    if first["type"] == "extra_forbidden":
        return UnreadableSource(
            f"The bundle holds a field that kmassist does not know ({clean_text(place)}).",
            "Update kmassist.",
        )
    says = clean_text(reason_of(first))[:160]
    return UnreadableSource(
        f"The bundle holds a value that cannot be ({clean_text(place)}: {says}).",
        "Ask for it again.",
    )


def _members(data: bytes) -> dict[str, bytes]:
    problem = UnreadableSource(
        "The file is not a kmassist bundle.", "Ask for one made with 'kmassist share export'."
    )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            if sorted(info.filename for info in infos) != sorted(_LARGEST_MEMBER):
                raise problem
            found = {}
            for info in infos:
                limit = _LARGEST_MEMBER[info.filename]
                if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise problem
                if info.flag_bits & 0x1:
                    raise UnreadableSource(
                        "The bundle is encrypted.",
                        "Ask for one without a password.",
                        kind="password",
                    )
                with archive.open(info) as member:
                    found[info.filename] = member.read(
                        limit + 1
                    )  # the header's size is not believed
                if len(found[info.filename]) > limit:
                    raise UnreadableSource(
                        "The bundle is too large when unpacked.",
                        "Ask for one brief at a time.",
                        kind="limit",
                    )
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        ValueError,
        RuntimeError,
    ) as error:
        raise problem from error
    return found


def _json(data: bytes) -> Any:
    try:
        return json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise UnreadableSource(
            "The bundle holds something that is not JSON.", "Ask for it again."
        ) from error


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
