"""What other services passed on: bundles and briefs taken in, after they were looked through."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from kmassist.assistant.preparing import make_entry
from kmassist.documents.document import Document
from kmassist.errors import UnreadableSource
from kmassist.privacy.identifiers import summarise
from kmassist.privacy.redaction import (
    redact_document,
    redact_record,
    scan_document,
    scan_record,
)
from kmassist.records.bundle_files import read_signed
from kmassist.records.bundles import Bundle, Received
from kmassist.records.received_documents import documents_from
from kmassist.records.signing import check_service, fingerprint, own_key
from kmassist.records.store import by_start
from kmassist.text.clock import today
from kmassist.text.plain_files import read_plain_file

if TYPE_CHECKING:
    from kmassist.assistant import Assistant

_BUNDLE = "bundle"


class ReceivedDesk:
    """Bundles of other services; their sources become documents here, all marked external."""

    def __init__(self, assistant: Assistant, today: Callable[[], date] = today) -> None:
        self._assistant = assistant
        self._index = assistant.index
        self._today = today

    def read(self, path: Path) -> Bundle:
        """What is in a bundle, taking nothing in; see `read_signed`."""
        return self.read_signed(path)[0]

    def own_fingerprint(self) -> str:
        """The key that this library's bundles are signed with, for comparing by telephone."""
        return fingerprint(own_key(self._index))

    def read_signed(self, path: Path) -> tuple[Bundle, str]:
        """What is in a bundle, taking nothing in, and the public key it is signed with, empty for none.

        Raises:
            UnreadableSource: it cannot be read or is no bundle.
        """
        try:
            return read_signed(read_plain_file(path))
        except OSError as error:
            raise UnreadableSource(
                f"{path.name} cannot be read ({error.strerror}).", "Check that it is there."
            ) from error

    def take_in(self, path: Path, *, consent: str = "", accept_key: bool = False) -> Received:
        """Take in a bundle: its brief and sources as records, what it quotes and learned as documents; all marked external.

        A published study that this library holds already is not added again, and no document here is changed: corrections
        made here stand. With ``redact`` the kept record is redacted as well.

        The same bundle again changes nothing. ``consent`` is as in `Assistant.add`; ``accept_key`` says that the service was
        asked about a key that is not the one remembered.

        Raises:
            UnreadableSource: it is no bundle, its service is known by another key, or it looks as if it held personal data;
                nothing is kept then.
        """
        bundle, key = self.read_signed(path)
        kept = self._index.records(_BUNDLE).get(bundle.bundle_id)
        if kept:
            check_service(
                self._index, bundle.from_service, key, today=self._day(), accept_key=accept_key
            )
            return Received.model_validate(kept)
        bundle = self._screened_bundle(bundle, consent)
        held = set(self.held_here(Received(bundle=bundle, received_on=self._day())))
        studies = {line.metadata.study_key for line in bundle.sources if line.doc_id in held} - {""}
        here = {d.doc_id for d in self._index.documents()}
        sha256 = hashlib.sha256(read_plain_file(path)).hexdigest()
        documents = documents_from(bundle, source_name=path.name, sha256=sha256)
        wanted = [
            self._screened(d, consent)
            for d in documents
            if d.metadata.study_key not in studies and d.doc_id not in here
        ]
        check_service(
            self._index, bundle.from_service, key, today=self._day(), accept_key=accept_key
        )
        for document in wanted:
            self._index.add(make_entry(self._assistant.embedder, document, None))
        received = Received(
            bundle=bundle,
            received_on=self._day(),
            doc_ids=tuple(d.doc_id for d in wanted),
            key=key,
        )
        self._index.put_record(
            _BUNDLE, bundle.bundle_id, received.model_dump(mode="json", by_alias=True)
        )
        return received

    def delete(self, bundle_id: str) -> Received:
        """Remove a received bundle with the documents that were made of it; returns what it was.

        Raises:
            RecordError: there is none of that id.
        """
        received = self.open(bundle_id)
        here = {d.doc_id for d in self._index.documents()}
        for doc_id in received.doc_ids:
            if doc_id in here:
                self._assistant.forget(doc_id)
        self._index.delete_record(_BUNDLE, received.bundle.bundle_id)
        return received

    def take_in_brief(self, path: Path, *, consent: str = "") -> list[str]:
        """Take in another service's brief (JSON): one external document a quoted source; returns the ids of those added.

        What this library holds already, by text or by study, is not added again. ``consent`` is as in `Assistant.add`.

        Raises:
            UnreadableSource: it is no brief, or looks as if it held personal data; nothing is kept then.
        """
        held = self._index.documents()
        ids, studies = {d.doc_id for d in held}, {d.metadata.study_key for d in held} - {""}
        documents = self._assistant.briefs.import_json(path)
        wanted = [
            self._screened(d, consent)
            for d in documents
            if d.doc_id not in ids and d.metadata.study_key not in studies
        ]
        for document in wanted:
            self._index.add(make_entry(self._assistant.embedder, document, None))
        return [document.doc_id for document in wanted]

    def received(self) -> list[Received]:
        """Bundles taken in, the latest first."""
        found = [Received.model_validate(body) for body in self._index.records(_BUNDLE).values()]
        return sorted(found, key=lambda r: (r.received_on, r.bundle.bundle_id), reverse=True)

    def open(self, bundle_id: str) -> Received:
        """The bundle of that id, or of one that begins so.

        Raises:
            RecordError: there is none, or there are several.
        """
        kept = {r.bundle.bundle_id: r for r in self.received()}
        return kept[by_start(bundle_id, kept, "bundle", "kmassist share list")]

    def held_here(self, received: Received) -> dict[str, str]:
        """doc_id in the bundle -> doc_id here, for its sources that this library holds too (same text or same study)."""
        documents = self._index.documents()
        ids = {d.doc_id for d in documents}
        studies = {
            d.metadata.study_key: d.doc_id for d in reversed(documents) if d.metadata.study_key
        }
        found = {}
        for line in received.sources:
            here = line.doc_id if line.doc_id in ids else studies.get(line.metadata.study_key)
            if here:
                found[line.doc_id] = here
        return found

    def _screened(self, document: Document, consent: str) -> Document:
        """The document, when nothing in it looks like personal data or the choice is to redact."""
        privacy = self._assistant.settings.privacy
        if not privacy.scan:
            return document
        found = [i for i in scan_document(document, privacy.hospital_number_pattern) if i.blocks]
        if not found:
            return document
        if consent == "redact":
            return redact_document(document, privacy.hospital_number_pattern)
        raise UnreadableSource(
            f"The bundle looks as if it held personal data: {'; '.join(summarise(found))}.",
            "Nothing of it was kept. Ask for one without, or take it in with --redact.",
            kind="identifiers",
        )

    def _screened_bundle(self, bundle: Bundle, consent: str) -> Bundle:
        """The bundle as it may be kept: looked through in every part, redacted when that is the choice.

        Raises:
            UnreadableSource: it looks as if it held personal data, and no choice was made.
        """
        privacy = self._assistant.settings.privacy
        body = bundle.model_dump(mode="json", by_alias=True)
        found = scan_record(body, privacy.hospital_number_pattern) if privacy.scan else []
        if not found:
            return bundle
        if consent == "redact":
            clean = redact_record(body, privacy.hospital_number_pattern)
            return Bundle.model_validate({**clean, "bundle_id": bundle.bundle_id})
        if consent:
            self._index.audit("accept identifiers", reason=consent, count=len(found))
            return bundle
        raise UnreadableSource(
            f"The bundle looks as if it held personal data: {'; '.join(summarise(found))}.",
            "Nothing of it was kept. Ask for one without, or take it in with --redact.",
            kind="identifiers",
        )

    def _day(self) -> str:
        return self._today().isoformat()
