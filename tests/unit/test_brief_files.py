"""A brief as data, its differences, its references and what people write into it."""

import pytest

from kmassist.briefs import (
    Audience,
    Brief,
    GapLine,
    ReviewState,
    SignOff,
    compose_brief,
)
from kmassist.briefs.diff import diff_briefs, diff_markdown
from kmassist.briefs.files import brief_json
from kmassist.documents.document import Document, SourceType
from kmassist.documents.metadata import Metadata, Origin
from kmassist.documents.vancouver import vancouver
from kmassist.errors import UnreadableSource
from kmassist.records.received_documents import documents_of, read_brief
from tests.unit.briefs_at_hand import AROUND
from tests.unit.sample_briefs import (
    PICKED,
    QUESTION,
    answer_of,
    compose,
    excerpts,
    read,
    triage,
)


class TestPeople:
    def test_a_signature_lapses_when_the_content_changes(self) -> None:
        brief = compose()
        signed = SignOff(
            state=ReviewState.REVIEWED,
            role="Clinical lead",
            on="2026-11-23",
            digest=brief.content_digest,
        )
        held = brief.model_copy(update={"sign_offs": (signed,)})
        assert held.state is ReviewState.REVIEWED
        assert held.model_copy(update={"narrative": {"context": "New."}}).state is ReviewState.DRAFT

    def test_the_self_check_counts_reviewers_by_role(self) -> None:
        two = [
            SignOff(state=ReviewState.REVIEWED, role=role, on="2026-11-23", digest="x")
            for role in ("Clinical lead", "MNVP chair")
        ]
        assert compose(sign_offs=two).self_check[-1].met == "yes"
        assert compose().self_check[-1].met == "for people"


class TestJson:
    @pytest.mark.parametrize("audience", list(Audience))
    def test_it_round_trips(self, audience: Audience) -> None:
        brief = compose(
            audience.value,
            gaps=(GapLine(code="G1", reason="None."),),
            narrative={"context": "Text."},
        )
        again = Brief.model_validate_json(brief_json(brief))
        assert again == brief
        assert brief_json(again) == brief_json(brief)

    def test_another_schema_is_refused(self) -> None:
        data = brief_json(compose()).replace('"kmassist.brief/1"', '"kmassist.brief/9"')
        with pytest.raises(UnreadableSource, match="not a brief"):
            read_brief(data.encode())

    def test_it_is_taken_in_as_external_sources(self) -> None:
        brief = compose()
        documents = documents_of(read_brief(brief_json(brief).encode()), source_name="theirs.json")
        assert {d.metadata.origin for d in documents} == {Origin.EXTERNAL}
        assert len({d.doc_id for d in documents}) == len(documents)
        kenyon = next(d for d in documents if d.metadata.source_type is SourceType.PUB)
        original = next(d for d in triage()[1].values() if d.metadata.source_type is SourceType.PUB)
        assert kenyon.metadata.study_key == original.metadata.study_key
        assert brief.claims[SourceType.PUB][0].text in kenyon.text
        assert {d.metadata.quoted_by for d in documents} == {"Marlow Vale"}


class TestDiff:
    def test_what_changed_is_told_by_source_and_state(self) -> None:
        picked = {
            n: (d := read(n), excerpts(d, w)) for n, w in PICKED.items() if "published/" not in n
        }
        documents = {d.doc_id: d for d, _ in picked.values()}
        old = compose_brief(
            answer_of(picked), documents, audience=Audience.CLINICAL, circumstances=AROUND
        )
        told = diff_briefs(old, compose())
        assert any(change.what == "Sources" and not change.before for change in told.changes)
        assert any(change.name == SourceType.PUB.label for change in told.changes)
        assert "# What changed" in diff_markdown(told)

    def test_nothing_changed_is_nothing(self) -> None:
        assert diff_briefs(compose(), compose()).is_empty


class TestReferences:
    def test_vancouver(self) -> None:
        article = Document(
            doc_id="d1",
            text="x",
            metadata=Metadata(
                title="A <b>title</b> & more.",
                authors=("Kenyon, Sara", "Hewison AB", "Dann, S.-A.", "E F", "G H", "I J", "K L"),
                journal="BMC Pregnancy Childbirth",
                volume="17",
                issue="1",
                pages="309",
                published="2017-09-18",
                doi="10.1186/s12884-017-1503-5",
                source_type=SourceType.PUB,
            ),
        )
        (entry,) = vancouver([article])
        assert entry.startswith("Kenyon S, Hewison AB, Dann SA, ")
        assert (
            ", et al. A <b>title</b> & more. BMC Pregnancy Childbirth. 2017;17(1):309. doi: 10.1186/"
            in entry
        )

    def test_a_local_report_is_told_apart(self) -> None:
        report = Document(
            doc_id="d1",
            text="x",
            metadata=Metadata(
                title="Audit",
                issuer="Marlow Vale",
                published="2026-07-01",
                source_type=SourceType.AUD,
                is_synthetic=True,
            ),
        )
        assert vancouver([report]) == [
            "Marlow Vale. Audit. 2026 Jul 1. [Local audit and data] [synthetic demonstration document]"
        ]

    def test_every_source_of_the_sample_has_one(self) -> None:
        brief = compose()
        assert [line.number for line in brief.sources] == list(range(1, len(brief.sources) + 1))
        assert all(line.reference.strip() for line in brief.sources)
        assert brief.question == QUESTION
