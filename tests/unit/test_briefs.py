"""Composing briefs: what they say, what they keep back, and that nothing altered gets through."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_briefs import PICKED, PRIVACY, QUESTION, TODAY, answer_of, compose, excerpts, read, triage

from kmassist.answers import Status
from kmassist.briefs import Audience, Brief, Circumstances, GapLine, ReviewState, SignOff, Withheld, check_brief, compose_brief
from kmassist.briefs.checking import require_sound
from kmassist.briefs.diff import diff_briefs
from kmassist.briefs.figures import audit_figures
from kmassist.briefs.importing import documents_of, read_brief
from kmassist.briefs.small import hide_in_metadata
from kmassist.citations import vancouver
from kmassist.documents import AuditCriterion, Document, Metadata, Origin, PPIRecord, Sharing, SourceType
from kmassist.errors import ExportError, UncitedClaim, UnreadableSource
from kmassist.export import brief_json
from kmassist.export.markdown import diff_markdown

AROUND = Circumstances(today=TODAY.isoformat(), site="Marlow Vale")


def changed(brief: Brief, kind: SourceType, **update: object) -> Brief:
    """The brief with the first quotation of a kind tampered with."""
    claim = brief.claims[kind][0]
    wrong = claim.model_copy(update={"citation": claim.citation.model_copy(update=update)})
    return brief.model_copy(update={"claims": {**brief.claims, kind: (wrong, *brief.claims[kind][1:])}})


def test_small_numbers_in_the_record_of_who_was_heard_are_hidden_too() -> None:
    document = read(
        "ppi/triage-waits-listening-event-2026.docx",
        ppi=PPIRecord.model_validate(
            {
                "number": 3,
                "groups": ("four fathers or partners",),
                "not_heard": ("teenagers (two took part)",),
                "changed": "One complaint led to it.",
            }
        ),
    )
    shown = hide_in_metadata(document, PRIVACY).ppi
    assert shown is not None
    assert (shown.number, shown.groups, shown.not_heard) == (None, ("<5 fathers or partners",), ("teenagers (<5 took part)",))
    assert shown.changed == "<5 complaint led to it."
    picked = {"ppi/triage-waits-listening-event-2026.docx": (document, excerpts(document, ("wait",)))}
    brief = compose_brief(answer_of(picked), {document.doc_id: document}, audience=Audience.CLINICAL, circumstances=AROUND)
    assert brief.equity.not_heard == ((1, "teenagers (<5 took part)"),)
    assert "four fathers" not in brief.model_dump_json()


class TestContent:
    def test_every_kind_of_knowledge_has_its_cell_and_its_words_or_its_absence(self) -> None:
        brief = compose()
        assert [cell.source_type for cell in brief.cells] == list(SourceType)
        for kind in SourceType:
            assert bool(brief.claims.get(kind)) != bool(brief.absences.get(kind))

    def test_a_sound_brief_has_no_problem(self) -> None:
        for audience in Audience:
            assert check_brief(compose(audience.value), triage()[1], PRIVACY) == []

    def test_key_messages_are_two_or_three_and_never_advice(self) -> None:
        for audience in Audience:
            messages = compose(audience.value).key_messages
            assert 2 <= len(messages) <= 3
            assert all(message.claim or message.figure or message.finding for message in messages)
            assert not any("should" in message.claim.text for message in messages if message.claim)

    def test_patients_have_their_place_on_the_first_page(self) -> None:
        for audience in Audience:
            leads = [message.lead for message in compose(audience.value).key_messages]
            assert SourceType.PPI.label in leads

    def test_the_audit_is_computed_from_its_record(self) -> None:
        figure = next(figure for figure in compose().audit if figure.count == "104 of 260")
        assert figure.percent == 40.0
        assert (figure.low, figure.high) == (34.2, 46.1)
        assert figure.is_met is False

    def test_the_table_of_judgements_stays_empty_for_people(self) -> None:
        brief = compose(narrative={"etd.1": "Yes, it is."})
        assert len(brief.etd) == 12
        assert brief.narrative == {"etd.1": "Yes, it is."}

    def test_certainty_is_only_what_a_source_states(self) -> None:
        for line in compose().findings:
            document = triage()[1][line.doc_id]
            assert bool(line.certainty) == bool(document.metadata.findings[line.index].certainty)

    def test_without_patients_the_brief_says_so_and_what_to_do(self) -> None:
        picked = {n: (d := read(n), excerpts(d, w)) for n, w in PICKED.items() if "ppi/" not in n}
        documents = {d.doc_id: d for d, _ in picked.values()}
        brief = compose_brief(answer_of(picked), documents, audience=Audience.CLINICAL, circumstances=AROUND)
        assert "None in this corpus" in brief.absences[SourceType.PPI]
        assert any(gap.source_type is SourceType.PPI for gap in brief.gaps)

    def test_a_question_that_the_corpus_does_not_answer_gets_no_narrative(self) -> None:
        empty = answer_of({})
        brief = compose_brief(empty, {}, audience=Audience.RESEARCH, circumstances=AROUND)
        assert empty.status is Status.NOT_ANSWERABLE
        assert brief.key_messages[0].kind == "corpus"
        assert not brief.claims
        assert not brief.audit
        assert all(line.is_empty for line in brief.etd)

    def test_equity_names_who_was_not_heard(self) -> None:
        assert any("teenagers" in words for _, words in compose().equity.not_heard)

    def test_the_same_input_gives_the_same_brief(self) -> None:
        assert brief_json(compose()) == brief_json(compose())


class TestScaleUp:
    def test_a_single_site_leaves_sustainability_and_reach_open(self) -> None:
        check = compose().scale_up
        assert check is not None
        states = {line.domain: line.state for line in check.domains}
        assert len(states) == 10
        assert states["Sustainability"] == "missing"
        assert states["The problem"] == "evidenced"

    def test_what_was_not_measured_does_not_count(self) -> None:
        check = compose().scale_up
        assert check is not None
        for line in check.domains:
            if line.state != "missing":
                assert not any("did not measure" in claim.text for claim in line.claims)


class TestChecker:
    @pytest.mark.parametrize("kind", [SourceType.PUB, SourceType.PPI, SourceType.SVE])
    def test_an_altered_word_is_found(self, kind: SourceType) -> None:
        brief = compose()
        quote = brief.claims[kind][0].text
        wrong = changed(brief, kind, quote=quote.replace(" ", " very ", 1))
        assert "do not stand at that place" in check_brief(wrong, triage()[1], PRIVACY)[0]

    def test_a_lost_negation_is_found(self) -> None:
        brief = compose()
        place = next(n for n, claim in enumerate(brief.claims[SourceType.SVE]) if " not " in claim.text)
        claim = brief.claims[SourceType.SVE][place]
        cut = claim.text.index(" not ") + len(" not ")
        citation = claim.citation
        half = citation.model_copy(update={"start": citation.start + cut, "quote": claim.text[cut:]})
        claims = {**brief.claims, SourceType.SVE: (claim.model_copy(update={"citation": half}),)}
        problems = check_brief(brief.model_copy(update={"claims": claims}), triage()[1], PRIVACY)
        assert any("inside a sentence" in problem for problem in problems)

    def test_a_wrong_page_is_found(self) -> None:
        problems = check_brief(changed(compose(), SourceType.PUB, page=999), triage()[1], PRIVACY)
        assert any("not 999" in problem for problem in problems)

    def test_a_wrong_reference_is_found(self) -> None:
        brief = compose()
        other = brief.claims[SourceType.PPI][0].citation.number
        assert any(
            "another source" in p for p in check_brief(changed(brief, SourceType.PUB, number=other), triage()[1], PRIVACY)
        )

    def test_a_wrong_name_or_date_is_found(self) -> None:
        brief = compose()
        for update in ({"cite_as": "Somebody 2020"}, {"date": "1999"}):
            assert check_brief(changed(brief, SourceType.PUB, **update), triage()[1], PRIVACY)

    @pytest.mark.parametrize(
        ("was", "becomes"),
        [
            ("61.8%", "68.1%"),
            ("21 of 34", "27 of 34"),
            ("21", "2l"),
            (" more ", " less "),
            (",", ""),
            (" ", "\u00a0"),
            ("o", "\u043e"),
        ],
    )
    def test_a_digit_a_word_or_a_look_alike_is_found(self, was: str, becomes: str) -> None:
        brief = compose()
        quote = brief.claims[SourceType.PPI][0].text
        assert was in quote
        wrong = changed(brief, SourceType.PPI, quote=quote.replace(was, becomes, 1))
        assert any("do not stand" in problem for problem in check_brief(wrong, triage()[1], PRIVACY))

    @pytest.mark.parametrize(("was", "becomes"), [("’", "'"), ("'", "’"), ("-", "–"), ("–", "-"), ("“", '"')])
    def test_quotes_and_hyphens_are_kept_as_the_source_has_them(self, was: str, becomes: str) -> None:
        brief = compose()
        held = [(kind, claim) for kind, claims in brief.claims.items() for claim in claims[:1] if was in claim.text]
        for kind, claim in held:
            wrong = changed(brief, kind, quote=claim.text.replace(was, becomes, 1))
            assert check_brief(wrong, triage()[1], PRIVACY)

    def test_a_sentence_cut_short_is_found(self) -> None:
        brief = compose()
        citation = brief.claims[SourceType.PUB][0].citation
        cut = citation.quote.rindex(",")
        wrong = changed(brief, SourceType.PUB, end=citation.start + cut, quote=citation.quote[:cut])
        assert any("inside a sentence" in problem for problem in check_brief(wrong, triage()[1], PRIVACY))

    def test_two_quotations_with_their_citations_swapped_are_found(self) -> None:
        brief = compose()
        one, other = brief.claims[SourceType.PUB][0], brief.claims[SourceType.GDL][0]
        wrong = changed(brief, SourceType.PUB, quote=other.text)
        wrong = changed(wrong, SourceType.GDL, quote=one.text)
        assert len(check_brief(wrong, triage()[1], PRIVACY)) >= 2

    def test_words_of_one_kind_under_another_are_found(self) -> None:
        brief = compose()
        claims = {**brief.claims, SourceType.PPI: brief.claims[SourceType.PUB]}
        problems = check_brief(brief.model_copy(update={"claims": claims}), triage()[1], PRIVACY)
        assert any("another kind" in problem for problem in problems)

    @pytest.mark.parametrize(
        "update",
        [
            {"design": "systematic review"},
            {"title": "Another title"},
            {"section": "Conclusions"},
            {"source_type": SourceType.GDL},
        ],
    )
    def test_what_is_said_of_a_source_is_checked(self, update: dict[str, object]) -> None:
        assert check_brief(changed(compose(), SourceType.PUB, **update), triage()[1], PRIVACY)

    @pytest.mark.parametrize(
        "update", [{"reference": "Nobody. Nothing. 2020."}, {"link": "https://evil.example"}, {"cite_as": "X"}]
    )
    def test_the_list_of_references_is_checked(self, update: dict[str, object]) -> None:
        brief = compose()
        first = brief.sources[0].model_copy(update=update)
        problems = check_brief(brief.model_copy(update={"sources": (first, *brief.sources[1:])}), triage()[1], PRIVACY)
        assert any("list of references" in problem for problem in problems)

    def test_a_small_number_put_back_is_found(self) -> None:
        name = "evaluation/triage-pathway-pilot-2026.docx"
        base = read(name)
        local = base.model_copy(update={"text": base.text + "\n\nOf the women, 3 of 41 left before they were seen."})
        picked = {name: (local, excerpts(local, ("3 of 41",)))}
        documents = {local.doc_id: local}
        brief = compose_brief(answer_of(picked), documents, audience=Audience.CLINICAL, circumstances=AROUND)
        told = changed(brief, SourceType.SVE, quote="Of the women, 3 of 41 left before they were seen.")
        assert any("do not stand" in problem for problem in check_brief(told, documents, PRIVACY))

    def test_a_source_that_changed_or_went_is_found(self) -> None:
        brief = compose()
        documents = dict(triage()[1])
        doc_id = brief.claims[SourceType.PUB][0].citation.doc_id
        documents[doc_id] = documents[doc_id].model_copy(update={"text": "Other words."})
        assert check_brief(brief, documents, PRIVACY)
        del documents[doc_id]
        assert any("not in the library" in problem for problem in check_brief(brief, documents, PRIVACY))

    def test_a_figure_that_was_touched_up_is_found(self) -> None:
        brief = compose()
        better = brief.audit[0].model_copy(update={"percent": 95.0, "is_met": True})
        with pytest.raises(UncitedClaim, match="was not exported"):
            require_sound(brief.model_copy(update={"audit": (better,)}), triage()[1], PRIVACY)

    def test_a_finding_that_was_touched_up_is_found(self) -> None:
        brief = compose()
        better = brief.findings[0].model_copy(update={"direction": "decrease", "estimate": "all of them"})
        assert check_brief(brief.model_copy(update={"findings": (better,)}), triage()[1], PRIVACY)


def audit(*shares: tuple[int, int]) -> Document:
    criteria = tuple(
        AuditCriterion(criterion=f"part {n}", numerator=met, denominator=total, target_percent=50)
        for n, (met, total) in enumerate(shares)
    )
    metadata = Metadata(title="Audit", source_type=SourceType.AUD, audit=criteria, published="2026")
    return Document(doc_id="d1", text="x", metadata=metadata)


class TestSmallNumbers:
    def test_a_small_count_and_its_percentage_are_hidden(self) -> None:
        (figure,) = audit_figures(audit((3, 41)), 1, today="2026-11-23", privacy=PRIVACY)
        assert "3" not in figure.count
        assert figure.is_hidden
        assert (figure.percent, figure.low, figure.is_met) == (None, None, None)

    def test_a_small_remainder_is_hidden_too(self) -> None:
        (figure,) = audit_figures(audit((38, 41)), 1, today="2026-11-23", privacy=PRIVACY)
        assert "38" not in figure.count
        assert figure.percent is None

    def test_no_percentage_on_fewer_than_ten(self) -> None:
        (figure,) = audit_figures(audit((0, 8)), 1, today="2026-11-23", privacy=PRIVACY)
        assert figure.percent is None

    def test_a_part_cannot_be_had_by_subtraction(self) -> None:
        figures = audit_figures(audit((3, 60), (27, 60), (30, 60)), 1, today="2026-11-23", privacy=PRIVACY)
        assert sum(figure.is_hidden for figure in figures) == 2

    @given(st.lists(st.integers(0, 60), min_size=1, max_size=5), st.integers(1, 200))
    def test_no_hidden_count_comes_back(self, counts: list[int], total: int) -> None:
        """Whoever sees the figures cannot tell a hidden count from another that would be shown alike."""
        counts = [min(count, total) for count in counts]
        figures = audit_figures(audit(*((count, total) for count in counts)), 1, today="2026-11-23", privacy=PRIVACY)
        small = [count for count in counts if 0 < count < 5 or 0 < total - count < 5]
        shown = [f for f in figures if not f.is_hidden]
        for count in small:
            assert not any(f.count.startswith(f"{count} of") for f in shown if count)
        hidden = [count for count, figure in zip(counts, figures, strict=True) if figure.is_hidden]
        if len(hidden) == 1 and len(counts) > 1 and hidden[0] in small and any(f.count for f in shown if f.percent):
            assert sum(counts) != total

    def test_words_of_local_sources_are_hidden_and_still_check(self) -> None:
        name = "evaluation/triage-pathway-pilot-2026.docx"
        base = read(name)
        text = base.text + "\n\nOf the women, 3 of 41 (7.3%) left before they were seen."
        local = base.model_copy(update={"text": text})
        picked = {name: (local, excerpts(local, ("3 of 41",)))}
        brief = compose_brief(answer_of(picked), {local.doc_id: local}, audience=Audience.CLINICAL, circumstances=AROUND)
        assert "3 of 41" not in brief_json(brief)
        assert "7.3%" not in brief_json(brief)
        assert check_brief(brief, {local.doc_id: local}, PRIVACY) == []

    def test_a_sentence_does_not_tell_what_the_table_keeps_back(self) -> None:
        base = audit((3, 41), (20, 41))
        text = "Of the women, 7.3% left.\n\nSee 3 of 41 for the rest, and 48.8% were seen."
        local = base.model_copy(update={"text": text, "source_name": "a.csv"})
        picked = {"a": (local, excerpts(local, ("7.3%", "48.8%")))}
        brief = compose_brief(answer_of(picked), {local.doc_id: local}, audience=Audience.CLINICAL, circumstances=AROUND)
        assert "7.3" not in brief_json(brief)
        assert "48.8%" in brief_json(brief)
        assert check_brief(brief, {local.doc_id: local}, PRIVACY) == []


class TestSharing:
    @pytest.mark.parametrize("audience", ["public", "research"])
    def test_what_may_not_leave_cannot_be_composed_in(self, audience: str) -> None:
        name = "ppi/triage-waits-listening-event-2026.docx"
        document = read(name, sharing=Sharing.NHS)
        picked = {name: (document, excerpts(document, ("wait",)))}
        with pytest.raises(ExportError, match="may not enter"):
            compose_brief(answer_of(picked), {document.doc_id: document}, audience=Audience(audience), circumstances=AROUND)

    def test_the_brief_says_what_was_withheld_and_how_far_it_may_go(self) -> None:
        name = "ppi/triage-waits-listening-event-2026.docx"
        document = read(name, sharing=Sharing.TEAM)
        picked = {name: (document, excerpts(document, ("wait",)))}
        around = Circumstances(today=TODAY.isoformat(), withheld=Withheld(documents=2, by_type=(("AUD", 2),)))
        brief = compose_brief(answer_of(picked), {document.doc_id: document}, audience=Audience.CLINICAL, circumstances=around)
        assert brief.sharing is Sharing.TEAM
        assert brief.withheld.documents == 2


class TestPeople:
    def test_a_signature_lapses_when_the_content_changes(self) -> None:
        brief = compose()
        signed = SignOff(state=ReviewState.REVIEWED, role="Clinical lead", on="2026-11-23", digest=brief.content_digest)
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
        brief = compose(audience.value, gaps=(GapLine(code="G1", reason="None."),), narrative={"context": "Text."})
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
        assert all("Marlow Vale" in d.metadata.title for d in documents)


class TestDiff:
    def test_what_changed_is_told_by_source_and_state(self) -> None:
        picked = {n: (d := read(n), excerpts(d, w)) for n, w in PICKED.items() if "published/" not in n}
        documents = {d.doc_id: d for d, _ in picked.values()}
        old = compose_brief(answer_of(picked), documents, audience=Audience.CLINICAL, circumstances=AROUND)
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
        assert ", et al. A <b>title</b> & more. BMC Pregnancy Childbirth. 2017;17(1):309. doi: 10.1186/" in entry

    def test_a_local_report_is_told_apart(self) -> None:
        report = Document(
            doc_id="d1",
            text="x",
            metadata=Metadata(
                title="Audit", issuer="Marlow Vale", published="2026-07-01", source_type=SourceType.AUD, is_synthetic=True
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
