"""What differs between pilot and target, and what must be known."""

from __future__ import annotations

import pytest

from kmassist.briefs.model import DomainLine, ScaleUp
from kmassist.briefs.scale_check import Target, differences, must_know, sites_of
from kmassist.briefs.scale_up import scale_up
from kmassist.documents.document import Document, SourceType
from kmassist.documents.metadata import (
    AuditCriterion,
    Design,
    EvaluationRecord,
    Finding,
    Metadata,
    Origin,
    Setting,
)
from kmassist.privacy.masking import SmallNumbers
from kmassist.settings.model import PrivacySettings


def document(text: str = "", **meta: object) -> Document:
    return Document(
        doc_id="d1",
        text=text,
        metadata=Metadata.model_validate({"title": "T", "issuer": "Vale", **meta}),
    )


@pytest.mark.parametrize(
    ("text", "meta", "sites"),
    [
        ("", {"evaluation": EvaluationRecord(sites=3)}, 3),
        ("It was studied in a single site without a comparison.", {}, 1),
        ("", {"population": "professionals in nine maternity sites"}, 9),
        ("It took root in three of nine sites.", {}, 9),
        ("Women in 12 hospitals took part.", {}, 12),
        ("Nothing is said.", {}, None),
    ],
)
def test_how_many_sites(text: str, meta: dict[str, object], sites: int | None) -> None:
    assert sites_of(document(text, **meta)) == sites


def test_differences_name_what_is_not_known() -> None:
    lines = differences([document("Nothing.")], Target())
    assert any("how many sites" in line for line in lines)
    assert any("not stated" in line for line in lines)
    assert any("cannot be compared" in line for line in lines)


def test_differences_set_pilot_beside_target() -> None:
    pilot = document(
        source_type=SourceType.SVE,
        origin=Origin.EXTERNAL,
        setting=Setting.HIC,
        population="women attending a consultant unit",
        evaluation=EvaluationRecord(
            sites=1, months=6, comparator="the six months before", context="consultant unit"
        ),
    )
    lines = "\n".join(
        differences(
            [pilot],
            Target(
                sites=4,
                population="women of four providers",
                context="two midwifery units",
                setting="UK-local",
            ),
        )
    )
    for words in (
        "1 site took part, the target has 4",
        "four providers",
        "two midwifery units",
        "HIC",
        "another service's",
        "6 months",
    ):
        assert words in lines


def test_must_know_asks_for_what_is_missing_before_what_is_thin() -> None:
    domains = (
        DomainLine(part="A", domain="The problem", state="thin", because=""),
        DomainLine(part="A", domain="Costs and benefits", state="missing", because=""),
        DomainLine(part="B", domain="Sustainability", state="evidenced", because=""),
    )
    lines = must_know(ScaleUp(pilots=(1,), domains=domains), Target(sites=2))
    assert [line.split(":")[0] for line in lines] == [
        "Costs and benefits (missing)",
        "The problem (thin)",
    ]
    assert must_know(ScaleUp(pilots=(1,), domains=domains), Target())[-1].startswith("The target")


def test_every_domain_of_the_check_has_its_question() -> None:
    empty = scale_up([document()], [], lambda _: 1, gate=SmallNumbers(PrivacySettings()))
    assert len(empty.domains) == 10
    assert {line.state for line in empty.domains} == {"missing"}
    assert not [
        line for line in must_know(empty, Target(sites=1)) if "What is known of it?" in line
    ]


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("The audit is of May. Seen at home in two hours: 60.", "Seen at home in two hours: 60."),
        (
            "Seen at home in two hours: 80. Seen at home in two hours: 60.",
            "Seen at home in two hours: 60.",
        ),
        ("The audit is of May. Visits: 60.", "The audit is of May."),
    ],
)
def test_a_problem_told_by_an_audit_cites_it(text: str, quoted: str) -> None:
    missed = AuditCriterion(
        criterion="Seen at home in two hours",
        target_percent=70,
        numerator=60,
        denominator=100,
        higher_is_better=True,
    )
    audit = document(text, source_type=SourceType.AUD, audit=(missed,))
    gate = SmallNumbers(PrivacySettings())
    lines = scale_up([], [audit], lambda _: 4, gate=gate).domains
    problem = next(line for line in lines if line.domain == "The problem")
    assert problem.state == "evidenced"
    assert [(c.citation.number, c.citation.quote) for c in problem.claims] == [(4, quoted)]


def test_a_domain_that_only_a_source_yet_to_check_covers_is_to_check() -> None:
    pilot = document("The pathway was tried.", source_type=SourceType.SVE)
    policy = document(
        "The board sets this as a priority.", source_type=SourceType.POL, title="Our plan"
    ).model_copy(update={"doc_id": "d2"})
    gate = SmallNumbers(PrivacySettings())
    check = scale_up(
        [pilot], [], lambda d: int(d.doc_id[1:]), gate=gate, unchecked=[policy]
    )  # fmt: skip
    line = next(one for one in check.domains if one.domain == "Strategic and political context")
    assert (line.state, line.claims, line.unchecked) == ("to check", (), (2,))
    assert line.because == "“Our plan” may be about this. A person has to look."
    assert line.domain not in " ".join(check.must_know)
    asked = [words for words in must_know(check, Target(sites=1)) if line.domain in words]
    assert asked
    assert "(to check)" in asked[0]
    assert "Sustainability" in " ".join(check.must_know)


def test_what_page_one_quotes_and_what_a_record_holds_cover_a_domain() -> None:
    trial = document(
        "Of the women at home 18 came back early.",
        source_type=SourceType.PUB,
        design=Design.RCT,
        intervention="balloon catheter at home",
        findings=(Finding(outcome="early return", direction="increase", estimate="18 v 9"),),
    )
    gate = SmallNumbers(PrivacySettings())
    told = {"people": [(trial, 0, len(trial.text))]}
    check = scale_up([], [trial], lambda _: 1, gate=gate, told=told)
    states = {line.domain: line.state for line in check.domains if line.state != "missing"}
    assert states == {
        "The intervention": "thin",
        "Evidence of effectiveness": "evidenced",
        "Reach and acceptability": "thin",
    }
    assert all(
        [c.citation.quote for c in line.claims] == [trial.text]
        for line in check.domains
        if line.state != "missing"
    )
