"""What the checker finds in a brief that was altered, and small numbers in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmassist.briefs import (
    Audience,
    check_brief,
    compose_brief,
)
from kmassist.briefs.checking import require_sound
from kmassist.briefs.figures import audit_figures
from kmassist.briefs.files import brief_json
from kmassist.documents.document import Document, SourceType
from kmassist.documents.metadata import AuditCriterion, Metadata
from kmassist.errors import UncitedClaim
from tests.unit.briefs_at_hand import AROUND, changed
from tests.unit.sample_briefs import (
    PRIVACY,
    answer_of,
    compose,
    excerpts,
    read,
    triage,
)


class TestChecker:
    @pytest.mark.parametrize("kind", [SourceType.PUB, SourceType.PPI, SourceType.SVE])
    def test_an_altered_word_is_found(self, kind: SourceType) -> None:
        brief = compose()
        quote = brief.claims[kind][0].text
        wrong = changed(brief, kind, quote=quote.replace(" ", " very ", 1))
        assert "do not stand at that place" in check_brief(wrong, triage()[1], PRIVACY)[0]

    def test_a_lost_negation_is_found(self) -> None:
        brief = compose()
        place = next(
            n for n, claim in enumerate(brief.claims[SourceType.SVE]) if " not " in claim.text
        )
        claim = brief.claims[SourceType.SVE][place]
        cut = claim.text.index(" not ") + len(" not ")
        citation = claim.citation
        half = citation.model_copy(
            update={"start": citation.start + cut, "quote": claim.text[cut:]}
        )
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
            "another source" in p
            for p in check_brief(changed(brief, SourceType.PUB, number=other), triage()[1], PRIVACY)
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
        assert any(
            "do not stand" in problem for problem in check_brief(wrong, triage()[1], PRIVACY)
        )

    @pytest.mark.parametrize(
        ("was", "becomes"), [("’", "'"), ("'", "’"), ("-", "–"), ("–", "-"), ("“", '"')]
    )
    def test_quotes_and_hyphens_are_kept_as_the_source_has_them(
        self, was: str, becomes: str
    ) -> None:
        brief = compose()
        held = [
            (kind, claim)
            for kind, claims in brief.claims.items()
            for claim in claims[:1]
            if was in claim.text
        ]
        for kind, claim in held:
            wrong = changed(brief, kind, quote=claim.text.replace(was, becomes, 1))
            assert check_brief(wrong, triage()[1], PRIVACY)

    def test_a_sentence_cut_short_is_found(self) -> None:
        brief = compose()
        citation = brief.claims[SourceType.PUB][0].citation
        cut = citation.quote.rindex(",")
        wrong = changed(brief, SourceType.PUB, end=citation.start + cut, quote=citation.quote[:cut])
        assert any(
            "inside a sentence" in problem for problem in check_brief(wrong, triage()[1], PRIVACY)
        )

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
        "update",
        [
            {"reference": "Nobody. Nothing. 2020."},
            {"link": "https://evil.example"},
            {"cite_as": "X"},
        ],
    )
    def test_the_list_of_references_is_checked(self, update: dict[str, object]) -> None:
        brief = compose()
        first = brief.sources[0].model_copy(update=update)
        problems = check_brief(
            brief.model_copy(update={"sources": (first, *brief.sources[1:])}), triage()[1], PRIVACY
        )
        assert any("list of references" in problem for problem in problems)

    def test_a_small_number_put_back_is_found(self) -> None:
        name = "evaluation/triage-pathway-pilot-2026.docx"
        base = read(name)
        local = base.model_copy(
            update={"text": base.text + "\n\nOf the women, 3 of 41 left before they were seen."}
        )
        picked = {name: (local, excerpts(local, ("3 of 41",)))}
        documents = {local.doc_id: local}
        brief = compose_brief(
            answer_of(picked), documents, audience=Audience.CLINICAL, circumstances=AROUND
        )
        told = changed(
            brief, SourceType.SVE, quote="Of the women, 3 of 41 left before they were seen."
        )
        assert any("do not stand" in problem for problem in check_brief(told, documents, PRIVACY))

    def test_a_source_that_changed_or_went_is_found(self) -> None:
        brief = compose()
        documents = dict(triage()[1])
        doc_id = brief.claims[SourceType.PUB][0].citation.doc_id
        documents[doc_id] = documents[doc_id].model_copy(update={"text": "Other words."})
        assert check_brief(brief, documents, PRIVACY)
        del documents[doc_id]
        assert any(
            "not in the library" in problem for problem in check_brief(brief, documents, PRIVACY)
        )

    def test_a_figure_that_was_touched_up_is_found(self) -> None:
        brief = compose()
        better = brief.audit[0].model_copy(update={"percent": 95.0, "is_met": True})
        with pytest.raises(UncitedClaim, match="was not exported"):
            require_sound(brief.model_copy(update={"audit": (better,)}), triage()[1], PRIVACY)

    def test_a_finding_that_was_touched_up_is_found(self) -> None:
        brief = compose()
        better = brief.findings[0].model_copy(
            update={"direction": "decrease", "estimate": "all of them"}
        )
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
        figures = audit_figures(
            audit((3, 60), (27, 60), (30, 60)), 1, today="2026-11-23", privacy=PRIVACY
        )
        assert sum(figure.is_hidden for figure in figures) == 2

    @given(st.lists(st.integers(0, 60), min_size=1, max_size=5), st.integers(1, 200))
    def test_no_hidden_count_comes_back(self, counts: list[int], total: int) -> None:
        """Whoever sees the figures cannot tell a hidden count from another that would be shown alike."""
        counts = [min(count, total) for count in counts]
        figures = audit_figures(
            audit(*((count, total) for count in counts)), 1, today="2026-11-23", privacy=PRIVACY
        )
        small = [count for count in counts if 0 < count < 5 or 0 < total - count < 5]
        shown = [f for f in figures if not f.is_hidden]
        for count in small:
            assert not any(f.count.startswith(f"{count} of") for f in shown if count)
        hidden = [count for count, figure in zip(counts, figures, strict=True) if figure.is_hidden]
        if (
            len(hidden) == 1
            and len(counts) > 1
            and hidden[0] in small
            and any(f.count for f in shown if f.percent)
        ):
            assert sum(counts) != total

    def test_words_of_local_sources_are_hidden_and_still_check(self) -> None:
        name = "evaluation/triage-pathway-pilot-2026.docx"
        base = read(name)
        text = base.text + "\n\nOf the women, 3 of 41 (7.3%) left before they were seen."
        local = base.model_copy(update={"text": text})
        picked = {name: (local, excerpts(local, ("3 of 41",)))}
        brief = compose_brief(
            answer_of(picked),
            {local.doc_id: local},
            audience=Audience.CLINICAL,
            circumstances=AROUND,
        )
        assert "3 of 41" not in brief_json(brief)
        assert "7.3%" not in brief_json(brief)
        assert check_brief(brief, {local.doc_id: local}, PRIVACY) == []

    def test_a_sentence_does_not_tell_what_the_table_keeps_back(self) -> None:
        base = audit((3, 41), (20, 41))
        text = "Of the women, 7.3% left.\n\nSee 3 of 41 for the rest, and 48.8% were seen."
        local = base.model_copy(update={"text": text, "source_name": "a.csv"})
        picked = {"a": (local, excerpts(local, ("7.3%", "48.8%")))}
        brief = compose_brief(
            answer_of(picked),
            {local.doc_id: local},
            audience=Audience.CLINICAL,
            circumstances=AROUND,
        )
        assert "7.3" not in brief_json(brief)
        assert "48.8%" in brief_json(brief)
        assert check_brief(brief, {local.doc_id: local}, PRIVACY) == []
