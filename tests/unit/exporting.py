"""What the tests of exports share."""

from functools import cache
from typing import Any

import pypdfium2

from kmassist.briefs.files import brief_bytes
from kmassist.pages.blocks import (
    Layout,
)
from tests.unit.sample_briefs import compose

HOSTILE = (
    "<script>alert(1)</script> **bold** [x](javascript:alert(1)) | cell | `code` # heading $x$ https://evil.example "
    "=SUM(A1) &lt;b&gt; ![i](http://evil.example/i.png) a_b_ ~~gone~~ \\ ≥ – é ŵ 中"
)


@cache
def whole(suffix: str) -> bytes:
    """The brief for clinicians with its annex as a file, written once a run."""
    return brief_bytes(compose(), suffix, annex=True)


def normalised(words: str) -> str:
    return " ".join(words.split())


def one(*blocks: Any) -> Layout:
    return Layout(
        title="T", subtitle="S", status="DRAFT", date="2026-11-23", footer="F", blocks=tuple(blocks)
    )


def pdf_text(data: bytes) -> str:
    document = pypdfium2.PdfDocument(data)
    return normalised(
        " ".join(page.get_textpage().get_text_bounded() for page in document)
    ).replace("\x02", "-")
