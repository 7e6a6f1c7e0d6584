"""Bundles: what travels, what does not, and what a hostile zip can do."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from kmassist.answers.model import Citation, Claim, CorpusIdentity, Status
from kmassist.briefs.model import Audience, Brief, Method, SourceLine
from kmassist.coverage import Verdict
from kmassist.documents.document import SourceType
from kmassist.documents.metadata import Metadata, Origin, Sharing
from kmassist.errors import RecordError, UnreadableSource
from kmassist.records.bundle_files import read_signed, write_bundle
from kmassist.records.bundles import Adaptation, Bundle, ContextNote, Received, make_bundle
from kmassist.records.contributions import CoDevelopment, Contribution
from kmassist.records.decisions import DecisionRecord, Mark, Relevant, Step, Use
from kmassist.records.received_documents import documents_from


def line(number: int, kind: SourceType, **meta: Any) -> SourceLine:
    metadata = Metadata.model_validate(
        {"title": f"Source {number}", "source_type": kind, "evidence_date": "2026-03-31", **meta}
    )
    return SourceLine(
        number=number,
        doc_id=f"d{number:016d}",
        cite_as=f"Vale {number}",
        reference="r",
        metadata=metadata,
        source_name=f"{number}.md",
        source_sha256="ab" * 32,
        is_quoted=True,
    )


def claim(number: int, kind: SourceType, quote: str) -> Claim:
    return Claim(
        citation=Citation(
            number=number,
            doc_id=f"d{number:016d}",
            passage_id="",
            title=f"Source {number}",
            cite_as=f"Vale {number}",
            source_type=kind,
            start=0,
            end=len(quote),
            quote=quote,
        ),
        probability=0.9,
    )


def brief(**values: Any) -> Brief:
    body: dict[str, Any] = {
        "brief_id": "b123456789abc",
        "title": "Triage",
        "question": "Does triage work?",
        "resolved_question": "Does triage work?",
        "audience": Audience.COMMISSIONER,
        "composed_on": "2026-11-01",
        "status": Status.PARTLY,
        "verdict": Verdict.PARTLY,
        "method": Method(
            corpus=CorpusIdentity(name="ours", documents=2, passages=9, digest="c" * 64),
            searched_on="2026-11-01",
        ),
        "sources": (
            line(1, SourceType.PUB, doi="10.1/x", origin=Origin.EXTERNAL),
            line(2, SourceType.PPI, origin=Origin.INTERNAL),
        ),
        "claims": {
            SourceType.PUB: (claim(1, SourceType.PUB, "Published words."),),
            SourceType.PPI: (claim(2, SourceType.PPI, "I was seen quickly."),),
        },
    }
    return Brief.model_validate({**body, **values})


def bundle(**values: Any) -> Bundle:
    body: dict[str, Any] = {
        "from_service": "Marlow Vale",
        "exported_on": "2026-11-10",
        "context": [ContextNote(aspect="Staffing", says="one midwife from 16:00")],
        "adaptations": [Adaptation(changed="one form", why="two were not filled in")],
        "co_development": [
            CoDevelopment(
                entry_id="k1",
                topic="t",
                on="2026-05-01",
                role="lead",
                discipline="Midwifery",
                changed="the desk",
            )
        ],
        "contributions": [
            Contribution(
                entry_id="g1",
                brief_id="b123456789abc",
                on="2026-10-01",
                role="MNVP chair",
                what="questions",
            )
        ],
    }
    made = values.pop("brief", None) or brief()
    return make_bundle(made, **{**body, **values})


def test_a_bundle_round_trips_with_ids_dates_and_provenance() -> None:
    sent = bundle()
    read = read_signed(write_bundle(sent, "# Brief"))[0]
    assert read == sent
    assert [(s.doc_id, s.metadata.dated, s.source_sha256) for s in read.sources] == [
        (s.doc_id, "2026-03-31", "ab" * 32) for s in brief().sources
    ]
    assert write_bundle(sent, "# Brief") == write_bundle(read, "# Brief")


def test_what_comes_in_is_marked_external_and_keeps_what_it_was() -> None:
    received = Received(bundle=bundle(), received_on="2026-11-12")
    assert {s.metadata.origin for s in received.sources} == {Origin.EXTERNAL}
    assert [s.metadata.origin for s in received.bundle.sources] == [
        Origin.EXTERNAL,
        Origin.INTERNAL,
    ]
    assert received.origin is Origin.EXTERNAL
    assert Received.model_validate(received.model_dump(mode="json", by_alias=True)) == received


def test_team_only_sources_do_not_travel() -> None:
    mine = brief(sources=(line(1, SourceType.PUB), line(2, SourceType.PPI, sharing=Sharing.TEAM)))
    with pytest.raises(RecordError, match="team"):
        make_bundle(mine, from_service="Vale", exported_on="2026-11-10")


def test_a_bundle_says_where_it_comes_from() -> None:
    with pytest.raises(RecordError, match="which service"):
        bundle(from_service=" ")


def test_a_decision_travels_without_the_sources_that_stay() -> None:
    def relevant(number: int) -> Relevant:
        return Relevant(
            doc_id=f"d{number:016d}",
            study_key=f"s{number}",
            source_type=SourceType.PUB,
            cite_as="x",
            title=f"secret {number}",
        )

    decided = DecisionRecord(
        decision_id="c1",
        question="q",
        decision="yes",
        date="2026-11-02",
        relevant=(relevant(1), relevant(7)),
        marks=(Mark(doc_id="d" + "7".zfill(16), use=Use.USED),),
        history=(Step(on="2026-11-02", what="secret 7 marked used"),),
    )
    sent = bundle(decisions=[decided])
    assert sent.withheld == 1
    assert "secret 7" not in sent.model_dump_json()
    assert [r.doc_id for r in sent.decisions[0].relevant] == ["d0000000000000001"]


def test_what_can_be_searched_is_external_dated_and_says_whose_it_is() -> None:
    documents = documents_from(bundle(), source_name="b.zip")
    assert {d.metadata.origin for d in documents} == {Origin.EXTERNAL}
    assert [d.metadata.source_type for d in documents] == [
        SourceType.PUB,
        SourceType.PPI,
        SourceType.SVE,
    ]
    assert [d.metadata.dated for d in documents] == ["2026-03-31", "2026-03-31", "2026-11-01"]
    assert all(d.metadata.quoted_by == "Marlow Vale" for d in documents[:-1])
    assert "Marlow Vale" in documents[-1].metadata.title
    assert (
        documents[0].metadata.doi == "10.1/x"
    )  # so that a paper held here already is not counted twice
    own = documents[-1]
    for words in ("one midwife from 16:00", "two were not filled in", "Midwifery"):
        assert words in own.text
    assert [own.text[h.start : h.end] for h in own.headings] == [h.title for h in own.headings]
    assert [d.doc_id for d in documents_from(bundle())] == [d.doc_id for d in documents]


def test_a_bundle_without_an_account_of_its_own_makes_no_such_document() -> None:
    bare = make_bundle(brief(), from_service="Marlow Vale", exported_on="2026-11-10")
    assert [d.metadata.source_type for d in documents_from(bare)] == [
        SourceType.PUB,
        SourceType.PPI,
    ]


def test_a_date_after_today_is_taken_from_a_bundle_too_and_counts_nowhere() -> None:
    sources = (line(1, SourceType.PUB, evidence_date="2099-01", origin=Origin.EXTERNAL),)
    document = documents_from(bundle(brief=brief(sources=sources, key_messages=())))[0]
    assert (document.metadata.dated, document.metadata.to_come) == (None, "2099-01")


# -- hostile zips ---------------------------------------------------------------------------------------------------------


def zipped(members: dict[str, bytes], **info: Any) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def resealed(found: dict[str, bytes]) -> bytes:
    import hashlib

    manifest = json.loads(found["manifest.json"])
    manifest["sha256"] = {
        name: hashlib.sha256(found[name]).hexdigest() for name in ("bundle.json", "brief.md")
    }
    return zipped({**found, "manifest.json": json.dumps(manifest).encode()})


GOOD = write_bundle(bundle(), "# Brief")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04 not a zip",
        GOOD[:200],
        zipped({}),
        zipped({"../../etc/passwd": b"x"}),
        zipped({**parts(GOOD), "../evil": b"x"}),
        zipped({**parts(GOOD), "manifest.json": b"[]"}),
        zipped({**parts(GOOD), "manifest.json": b"{"}),
        zipped({**parts(GOOD), "manifest.json": b'{"schema": "kmassist.bundle/9"}'}),
        zipped({**parts(GOOD), "bundle.json": b"{}"}),
        resealed({**parts(GOOD), "bundle.json": b"{}"}),
        resealed({**parts(GOOD), "bundle.json": b"[" * 100_000}),
        resealed({**parts(GOOD), "bundle.json": b"9" * 10_000}),
        resealed({**parts(GOOD), "bundle.json": b"\xff\xfe"}),
    ],
    ids=range(14),  # the bytes of an archive hold the time of day
)
def test_what_is_no_bundle_is_one_sentence(data: bytes) -> None:
    with pytest.raises(UnreadableSource) as caught:
        read_signed(data)[0]
    assert caught.value.hint


def test_an_altered_bundle_is_noticed_even_when_its_digests_are_made_anew() -> None:
    found = parts(GOOD)
    altered = found["bundle.json"].replace(b"I was seen quickly.", b"I was seen slowly!!")
    assert altered != found["bundle.json"]
    for data in (
        zipped({**found, "bundle.json": altered}),
        resealed({**found, "bundle.json": altered}),
    ):
        with pytest.raises(UnreadableSource):
            read_signed(data)[0]


def test_a_zip_bomb_is_not_unpacked() -> None:
    bomb = zipped({**parts(GOOD), "brief.md": b"\0" * (9 * 2**20)})
    assert len(bomb) < 2**20
    with pytest.raises(UnreadableSource, match="too large"):
        read_signed(bomb)


def test_two_members_of_one_name_are_refused() -> None:
    out = io.BytesIO(GOOD)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(out, "a") as archive:
        archive.writestr("bundle.json", b"{}")
    with pytest.raises(UnreadableSource):
        read_signed(out.getvalue())


def test_control_characters_do_not_go_out_or_come_in() -> None:
    note = ContextNote(aspect="Staffing", says="red \x1b[31m alert \u202e")
    sent = bundle(context=[note])
    assert sent.context[0].says == "red [31m alert "
    assert read_signed(write_bundle(sent, "# Brief"))[0] == sent
    hostile = sent.model_copy(update={"context": (note,)})
    hostile = hostile.model_copy(update={"bundle_id": hostile.digest_id})
    with pytest.raises(UnreadableSource):  # what is cleaned is no longer what its id says
        read_signed(write_bundle(hostile, "# Brief"))


def test_a_bundle_whose_packing_is_damaged_is_refused_in_words() -> None:
    """Found by benchmarks.fuzz: the length fits, and what was packed does not unpack."""
    data = write_bundle(
        make_bundle(brief(), from_service="Vale", exported_on="2026-01-05"), "# Brief\n"
    )
    refused = 0
    for at in range(30, len(data) - 1, 7):
        broken = bytearray(data)
        broken[at : at + 2] = b"\xff\x00"
        try:
            read_signed(bytes(broken))
        except UnreadableSource:
            refused += 1
    assert refused > 50
