"""Whole briefs of six demonstration questions for four audiences, in every format, opened by independent readers.

The goldens hold what the briefs say; write them anew with ``make golden`` (they depend on the answers).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from kmassist.briefs import Audience, Brief
from kmassist.briefs.files import brief_bytes
from kmassist.records.received_documents import read_brief
from tests.integration.golden_briefs import (
    AUDIENCES,
    QUESTIONS,
    WITHHELD,
    Page,
    Printed,
    Word,
    flat,
    headings,
    outline,
    quotations,
    squeezed,
)

FOLDER = Path(__file__).parents[1] / "golden"
NAMES = list(QUESTIONS)
SOFFICE = shutil.which("soffice")


_written: dict[str, dict[str, bytes]] = {}


def file_of(brief: Brief, suffix: str) -> bytes:
    """A brief's file with its annex; all its files are written together and once for all tests, as its layout is made once then."""
    if brief.brief_id not in _written:
        _written[brief.brief_id] = {
            form: brief_bytes(brief, form, annex=True)
            for form in (".html", ".md", ".docx", ".pdf", ".json")
        }
    return _written[brief.brief_id][suffix]


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_it_said(briefs: dict[tuple[str, Audience], Brief], name: str) -> None:
    parts = [outline(briefs[name, audience]) for audience in AUDIENCES]
    words = re.sub(
        r"\b(identity|collection|corpus) [0-9a-f]{12,64}", r"\1 …", "\n\n".join(parts) + "\n"
    )
    path = FOLDER / f"outline-{name}.txt"
    if os.environ.get("KMASSIST_GOLDEN") == "write":
        path.write_text(words, encoding="utf-8")
    assert words == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("name", NAMES)
class TestEveryFormatSaysTheSame:
    def test_html(
        self, briefs: dict[tuple[str, Audience], Brief], name: str, audience: Audience
    ) -> None:
        brief = briefs[name, audience]
        page = Page(file_of(brief, ".html").decode())
        assert page.headings[0] == flat(brief.title)
        assert page.headings[1:] == headings(brief)
        assert all(quote in page.words for quote in quotations(brief))
        assert all(flat(line.reference) in page.words for line in brief.sources)
        assert len(page.ids) == len(set(page.ids))
        assert all(link[1:] in page.ids for link in page.links if link.startswith("#"))
        assert {link for link in page.links if link.startswith("http")} >= {
            line.link for line in brief.sources if line.link
        }

    def test_markdown(
        self, briefs: dict[tuple[str, Audience], Brief], name: str, audience: Audience
    ) -> None:
        brief = briefs[name, audience]
        page = Page(MarkdownIt("commonmark").enable("table").render(file_of(brief, ".md").decode()))
        assert page.headings[1:] == headings(brief)
        assert all(quote in page.words for quote in quotations(brief))
        assert all(flat(line.reference) in page.words for line in brief.sources)
        assert all(link[1:] in page.ids for link in page.links if link.startswith("#"))

    def test_docx(
        self, briefs: dict[tuple[str, Audience], Brief], name: str, audience: Audience
    ) -> None:
        brief = briefs[name, audience]
        word = Word(file_of(brief, ".docx"))
        assert word.headings == [flat(words) for words in headings(brief)]
        assert all(quote in word.words for quote in quotations(brief))
        assert len(word.references) == len(brief.sources)
        assert all(
            flat(line.reference) in note
            for line, note in zip(brief.sources, word.references, strict=True)
        )
        assert not word.broken_links

    def test_pdf(
        self, briefs: dict[tuple[str, Audience], Brief], name: str, audience: Audience
    ) -> None:
        brief = briefs[name, audience]
        printed = Printed(file_of(brief, ".pdf"))
        assert all(squeezed(words) in printed.words for words in headings(brief))
        assert all(squeezed(quote) in printed.words for quote in quotations(brief))
        assert all(squeezed(line.reference) in printed.words for line in brief.sources)
        assert Printed(brief_bytes(brief, ".pdf")).pages <= audience.pages

    def test_json_comes_back_whole(
        self, briefs: dict[tuple[str, Audience], Brief], name: str, audience: Audience
    ) -> None:
        brief = briefs[name, audience]
        assert read_brief(file_of(brief, ".json")) == brief


def test_what_is_withheld_is_said_and_nothing_of_it_shows(
    briefs: dict[tuple[str, Audience], Brief],
) -> None:
    inside, outside = briefs["withheld", Audience.CLINICAL], briefs["withheld", Audience.PUBLIC]
    assert inside.withheld.documents == 0
    assert outside.withheld.documents == 2
    assert briefs["withheld", Audience.COMMISSIONER].withheld.documents == 1
    marked = [line for line in inside.sources if line.source_name in WITHHELD]
    assert len(marked) == 2
    words = Page(file_of(outside, ".html").decode()).words
    assert "2 sources that are about the question were left out" in words
    for line in marked:
        assert line.doc_id not in outside.model_dump_json()
        assert str(line.metadata.title) not in words


@pytest.mark.skipif(
    SOFFICE is None,
    reason="LibreOffice (soffice) is not installed: pages of the Word file are not counted",
)
def test_the_word_file_keeps_to_its_pages_too(
    briefs: dict[tuple[str, Audience], Brief], tmp_path: Path
) -> None:
    assert SOFFICE is not None
    asked = [
        (name, audience) for name in NAMES for audience in (Audience.COMMISSIONER, Audience.PUBLIC)
    ]
    for name, audience in asked:
        (tmp_path / f"{name}-{audience.value}.docx").write_bytes(
            brief_bytes(briefs[name, audience], ".docx")
        )
    subprocess.run(
        [SOFFICE, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "pdf",
         "--outdir", str(tmp_path), *map(str, sorted(tmp_path.glob("*.docx")))],
        check=True, capture_output=True, timeout=300,
    )  # fmt: skip
    for name, audience in asked:
        printed = Printed((tmp_path / f"{name}-{audience.value}.pdf").read_bytes())
        assert printed.pages <= audience.pages, (name, audience)
