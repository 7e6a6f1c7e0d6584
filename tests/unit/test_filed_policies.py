"""A pool is not said to lack a policy, or a kind of source, while one is filed where its subject is."""

from __future__ import annotations

import pytest

from kmassist.documents.document import Document, SourceType, make_doc_id
from kmassist.documents.metadata import Metadata
from kmassist.retrieval.pool import Held, Pool, Standing
from kmassist.retrieval.pool.filed import with_kinds, with_policies


def document(name: str, kind: SourceType, *topics: str) -> Document:
    return Document(
        doc_id=make_doc_id(name), text=name, metadata=Metadata(source_type=kind, topics=topics)
    )


AUDIT = document("audit", SourceType.AUD, "TRI", "SAF")
STUDY = document("study", SourceType.PUB, "TRI", "SAF")
STATEMENT = document("statement", SourceType.POL, "TRI", "COC")
OTHERS = [document(f"other {n}", SourceType.POL, "SAF") for n in range(3)]
LIBRARY = (AUDIT, STUDY, STATEMENT, *OTHERS)


def pool(*documents: Document, standing: Standing = Standing.ON) -> Pool:
    return Pool("triage", tuple(Held(d, 0.9, standing) for d in documents))


def filed_under(topic: str) -> list[Document]:
    return [d for d in LIBRARY if topic in d.metadata.topics]


def to_check(found: Pool) -> list[str]:
    return [h.document.text for h in found.of(SourceType.POL, Standing.TO_CHECK)]


def test_the_policy_filed_where_the_pool_is_filed_is_to_be_checked() -> None:
    assert to_check(with_policies(pool(AUDIT, STUDY), filed_under)) == ["statement"]


def test_a_topic_of_which_the_pool_holds_little_is_not_its_own() -> None:
    found = with_policies(pool(AUDIT, STUDY), filed_under)
    assert not {d.text for d in OTHERS} & {h.document.text for h in found}


@pytest.mark.parametrize(
    "held",
    [
        pool(AUDIT),
        pool(AUDIT, STUDY, standing=Standing.TO_CHECK),
        pool(AUDIT, STUDY, OTHERS[0]),
        Pool("triage"),
    ],
)
def test_nothing_is_added_to_a_pool_that_says_too_little_or_has_a_policy(held: Pool) -> None:
    assert with_policies(held, filed_under) == held


def test_what_a_person_said_of_a_policy_stays() -> None:
    held = pool(AUDIT, STUDY)
    assert with_policies(held, filed_under, {STATEMENT.doc_id}) == held


def test_kinds_that_a_pool_lacks_are_added_to_be_checked_and_no_others() -> None:
    found = with_kinds(pool(AUDIT), LIBRARY[:3], {STUDY.doc_id})
    assert [(h.document.text, h.standing) for h in found][1:] == [("statement", Standing.TO_CHECK)]
