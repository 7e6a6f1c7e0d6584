"""No way out of the library shows a small count of people: command line in a pipe, JSON, saved answers, briefs, prompts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kmassist.assistant import Assistant
from kmassist.assistant.visitor import Visitor
from kmassist.embedding.hashing import HashingEmbedder
from kmassist.settings.model import load_settings
from tests.conftest import Run

AUDIT = """---
title: Home induction and 2 asylum seekers
source_type: AUD
evidence_date: 2026-03
issuer: Marlow Vale
topics: [IOL]
keywords: [3 refugees]
sharing: nhs-internal
ppi: {who: women, number: 3, groups: [women], method: talks}
---
# Home induction of 4 bereaved mothers

Home induction: 2 Black African women and 1 Traveller woman were transferred in labour. In home induction 3 of 41 women (7.3%) came back early.
Of these women on home induction in January, seen: 112. Of these, followed up: 109. One in labour was transferred.
"""
TABLE = "Ethnic group,Women offered home induction,Women transferred in labour,Stillbirths\nBlack African,11,3,1\nTraveller,21,1,1\n"
QUESTION = "How many women on home induction were transferred in labour?"
SECRETS = (
    "2 Black African",
    "1 Traveller",
    "3 of 41",
    "7.3%",
    "up: 109",
    "2 asylum",
    "3 refugees",
    "4 bereaved",
    "labour: 3",
    "labour: 1",
    "Stillbirths: 1",
)


@pytest.fixture
def filled(kmassist: Run, tmp_path: Path) -> Run:
    folder = tmp_path / "in" / "audit"
    folder.mkdir(parents=True)
    (folder / "a.md").write_text(AUDIT, encoding="utf-8")
    (folder / "t.csv").write_text(TABLE, encoding="utf-8")
    done = kmassist("add", "--json", str(tmp_path / "in"))
    assert done.code == 0, done.err
    return kmassist


def test_nothing_that_leaves_shows_a_small_count(filled: Run, tmp_path: Path) -> None:
    saved, brief = tmp_path / "a.json", tmp_path / "b.md"
    ids = [d["doc_id"] for d in filled("sources", "list", "--json").json]
    runs = {
        "ask": filled("ask", QUESTION, "--context", "--save", str(saved)),
        "short": filled("ask", QUESTION, "--short"),
        "json": filled("ask", QUESTION, "--json"),
        "search": filled("search", QUESTION),
        "search json": filled("search", QUESTION, "--json"),
        "coverage": filled("coverage", QUESTION, "--json"),
        "list": filled("sources", "list", "--json"),
        "chat": filled("chat", "--plain", stdin=f"{QUESTION}\n:open 1\n:open 2\n"),
        "brief": filled("brief", QUESTION, "--for", "commissioner", "--output", str(brief)),
    }
    runs |= {doc: filled("sources", "show", doc, "--text") for doc in ids}
    texts = {name: done.out for name, done in runs.items()} | {
        "saved": saved.read_text(encoding="utf-8"),
        "written": brief.read_text(encoding="utf-8"),
    }
    for name, text in texts.items():
        for secret in SECRETS:
            assert secret not in text, (name, secret)
    assert "fewer than 5" in texts["ask"]
    assert filled("verify", str(saved)).code == 0
    assert json.loads(texts["saved"])


def test_what_was_made_of_the_library_is_no_source_for_it(filled: Run, tmp_path: Path) -> None:
    made = tmp_path / "made"
    made.mkdir()
    for ending in ("md", "docx", "html", "pdf"):
        filled("brief", QUESTION, "--output", str(made / f"brief.{ending}"))
    (made / "answer.md").write_text(filled("ask", QUESTION).out, encoding="utf-8")
    done = filled("add", "--json", str(made)).json
    assert not done["added"]
    assert len(done["skipped"]) == 5
    assert "made of a library" in done["skipped"][0]["reason"]
    taken = filled("add", "--json", str(made / "answer.md"), "--accept", "kept as minutes").json
    assert len(taken["added"]) == 1
    assert "accept own work" in filled("audit").out


@pytest.mark.parametrize(("start", "end"), [(-300, None), (-120, -1), (0, 10**9), (40, None)])
def test_no_stretch_of_a_text_shows_what_the_whole_hides(
    filled: Run, tmp_path: Path, start: int, end: int | None
) -> None:
    settings = load_settings({"library": str(tmp_path / "library")})
    with Assistant.open(settings, embedder=HashingEmbedder()) as assistant:
        visitor = Visitor(assistant, "nhs-internal")
        for document in assistant.sources():
            text = visitor.text(document.doc_id, start, end)
            assert not [secret for secret in SECRETS if secret in text]
