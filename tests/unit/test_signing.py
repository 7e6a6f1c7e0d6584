"""Which service a bundle is from: signatures, and keys remembered at first use."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kmassist.errors import UnreadableSource
from kmassist.index.local import LocalIndex, open_memory
from kmassist.records.bundle_files import read_signed, write_bundle
from kmassist.records.bundles import make_bundle
from kmassist.records.signing import check_service, fingerprint, own_key, sign, signature_line
from tests.conftest import Run
from tests.unit.test_sharing import brief

TODAY = "2026-01-05"


def library() -> LocalIndex:
    return open_memory(embedder="made-up", dimension=4)


@pytest.fixture
def vale() -> Iterator[LocalIndex]:
    with library() as index:
        yield index


def bundle_of(index: LocalIndex | None, service: str = "Marlow Vale") -> bytes:
    made = make_bundle(brief(), from_service=service, exported_on=TODAY)
    return write_bundle(
        made, "# Brief\n", None if index is None else lambda message: sign(index, message)
    )


def altered(data: bytes, **changes: object) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members["manifest.json"]) | changes
    members["manifest.json"] = json.dumps(
        {k: v for k, v in manifest.items() if v is not None}
    ).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_a_bundle_carries_its_librarys_key_and_is_the_same_bytes_again(vale: Any) -> None:
    data = bundle_of(vale)
    bundle, key = read_signed(data)
    assert key == own_key(vale) == own_key(vale)
    assert bundle_of(vale) == data
    assert read_signed(data)[0] == bundle
    assert fingerprint(key) in signature_line("Marlow Vale", key)


def test_the_key_that_a_library_has_had_for_years_stays_its_own(vale: Any) -> None:
    """Services that took its bundles in remember it: under another name it would be made anew, and they would refuse."""
    vale.put_record("signing-key", "own", {"private": "07" * 32})
    key = own_key(vale)
    assert key == "ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c"
    assert list(vale.records("signing-key")) == ["own"]


def test_an_unsigned_bundle_is_read_and_says_so(vale: Any) -> None:
    _, key = read_signed(bundle_of(None))
    assert key == ""
    assert "Not signed" in signature_line("Marlow Vale", key)


def test_a_signature_that_does_not_fit_is_refused(vale: Any) -> None:
    data = bundle_of(vale)
    with library() as other:
        another = own_key(other)
    for changes in (
        {"signature": "00" * 64}, {"signature": "zz"}, {"signature": None}, {"key": another}, {"key": None}, {"key": 5}, {"key": "ab"},
    ):  # fmt: skip
        with pytest.raises(UnreadableSource, match="signature does not fit"):
            read_signed(altered(data, **changes))


def test_the_key_is_remembered_at_first_use_and_another_one_is_refused(vale: Any) -> None:
    with library() as here, library() as impostor:
        _, key = read_signed(bundle_of(vale))
        check_service(here, "Marlow Vale", key, today=TODAY, accept_key=False)
        check_service(here, "marlow  VALE", key, today=TODAY, accept_key=False)
        _, forged = read_signed(bundle_of(impostor))
        with pytest.raises(UnreadableSource, match=f"another key.*{TODAY}"):
            check_service(here, "Marlow Vale", forged, today=TODAY, accept_key=False)
        with pytest.raises(UnreadableSource, match="is not signed"):
            check_service(here, "Marlow Vale", "", today=TODAY, accept_key=False)
        check_service(
            here, "Another service", "", today=TODAY, accept_key=False
        )  # nobody known by that name
        check_service(
            here, "Marlow Vale", forged, today="2026-02-01", accept_key=True
        )  # they were asked
        check_service(here, "Marlow Vale", forged, today="2026-02-02", accept_key=False)
        with pytest.raises(UnreadableSource, match="another key"):
            check_service(here, "Marlow Vale", key, today="2026-02-02", accept_key=False)


def test_from_export_to_import_on_the_command_line(kmassist: Run, tmp_path: Path) -> None:
    (tmp_path / "theirs.zip").write_bytes(bundle_of(None))
    looked = kmassist("share", "look", str(tmp_path / "theirs.zip"))
    assert "Not signed" in looked.out
    taken = kmassist("share", "import", str(tmp_path / "theirs.zip"))
    assert taken.code == 0, taken.err
    assert "Not signed" in taken.out
    shown = kmassist("share", "key")
    assert len(shown.out.split()) == 6
    assert kmassist("share", "key").out == shown.out
    with library() as vale:
        signed = bundle_of(vale, "Heron Park")
        with library() as impostor:
            (tmp_path / "signed.zip").write_bytes(signed)
            (tmp_path / "forged.zip").write_bytes(bundle_of(impostor, "Heron Park"))
    assert "Signed with the key" in kmassist("share", "import", str(tmp_path / "signed.zip")).out
    forged = kmassist("share", "import", str(tmp_path / "forged.zip"))
    # The same bundle under another signature: it is here already, and nothing is said to be taken in.
    assert forged.code == 1
    assert "another key" in forged.err


@pytest.mark.parametrize(
    "name",
    [
        "Marlow Vale.",
        "MARLOW-VALE",
        "Marlow\u00a0Vale",
        "\uff2darlow Vale",
        "Mar1ow Va1e",
        "MarIow VaIe",
        "Marlow (Vale)",
    ],
)
def test_a_name_that_looks_the_same_is_the_same_service(name: str) -> None:
    with open_memory(embedder="made-up", dimension=8) as here:
        check_service(here, "Marlow Vale", "a" * 64, today=TODAY, accept_key=False)
        with pytest.raises(UnreadableSource, match="the bundles of Marlow Vale are"):
            check_service(here, name, "b" * 64, today=TODAY, accept_key=False)
        check_service(here, name, "b" * 64, today=TODAY, accept_key=True)
        check_service(here, "Marlow Vale", "b" * 64, today=TODAY, accept_key=False)
        assert len(here.records("service-key")) == 1


@pytest.mark.parametrize("name", ["M\u0430rlow Vale", "Marlow V\u03b1le"])
def test_a_name_of_two_alphabets_is_no_name(name: str) -> None:
    with (
        open_memory(embedder="made-up", dimension=8) as here,
        pytest.raises(UnreadableSource, match="mixes letters of"),
    ):
        check_service(here, name, "b" * 64, today=TODAY, accept_key=True)


def test_a_name_wholly_of_another_alphabet_waits_until_somebody_has_asked() -> None:
    name = "\u0421\u041e\u0420\u0415"  # looks like COPE
    with open_memory(embedder="made-up", dimension=8) as here:
        check_service(here, "COPE", "a" * 64, today=TODAY, accept_key=False)
        with pytest.raises(UnreadableSource, match="is written in Cyrillic letters"):
            check_service(here, name, "b" * 64, today=TODAY, accept_key=False)
        check_service(here, name, "b" * 64, today=TODAY, accept_key=True)
        check_service(here, "Bwrdd Iechyd T\u0177 Hir", "c" * 64, today=TODAY, accept_key=False)
