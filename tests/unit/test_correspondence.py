"""What of letters and mails is no evidence: answered mails, notices, signatures, letters to fill in."""

from __future__ import annotations

import re
from email.message import EmailMessage
from pathlib import Path

import pytest

from kmassist.documents.apparatus import apparatus_data, find_apparatus
from kmassist.documents.document import Document
from kmassist.readers import read_source

_OWN = "Staff told us on the walk round that the phone rings out while both midwives hand over."
_EARLIER = "We had fourteen women waiting over four hours last week."
_HEAD = "From: Ward clerk\nSent: 06 May 2025 16:40\nTo: Lead midwife\nSubject: Waits"


def _kinds(text: str, words: str) -> str:
    place = text.index(words)
    return next((kind for kind, start, end in find_apparatus(text, []) if start <= place < end), "")


@pytest.mark.parametrize(
    ("room", "name"),
    [(room, name) for room in ("letters", "mails") for name in apparatus_data()[room]],
)
def test_words_of_letters_and_mails_take_their_examples_alone(room: str, name: str) -> None:
    rule = apparatus_data()[room][name]
    if not isinstance(rule, int):
        pattern = re.compile(rule["pattern"], re.I)
        assert [example for example in rule["matches"] if not pattern.search(example)] == []
        assert [example for example in rule["not"] if pattern.search(example)] == []


@pytest.mark.parametrize(
    "head",
    [
        _HEAD,
        "-----Original Message-----\n" + _HEAD,
        "From: Ward clerk Sent: 06 May 2025 16:40 To: Lead midwife Subject: Waits",
        "On Tue, 6 May 2025 at 16:40, Ward clerk <clerk@example.org> wrote:",
        "Begin forwarded message:\n\n" + _HEAD,
    ],
)
def test_the_mails_that_a_mail_answers_are_no_evidence(head: str) -> None:
    text = f"Waits\n\nHi all,\n\n{_OWN}\n\n{head}\n\n{_EARLIER}"
    assert (_kinds(text, _OWN), _kinds(text, _EARLIER)) == ("", "earlier mail")


def test_lines_behind_brackets_are_the_earlier_mail_and_answers_between_are_not() -> None:
    text = f"On 6 May Ann wrote:\n> {_EARLIER}\n> Any ideas?\n{_OWN}\n> Thanks\n> Ann\nYes."
    assert [_kinds(text, words) for words in (_EARLIER, "Any ideas", _OWN, "Thanks", "Yes")] == [
        "earlier mail", "earlier mail", "", "earlier mail", "",
    ]  # fmt: skip


def test_what_is_passed_on_without_a_word_is_what_the_mail_says() -> None:
    text = f"Waits\n\nFYI, see below.\n\n{_HEAD}\n\n{_EARLIER} {_OWN}\n\n{_HEAD}\n\nCan you count?"
    assert (_kinds(text, _EARLIER), _kinds(text, "Can you count")) == ("", "earlier mail")


@pytest.mark.parametrize(
    "text",
    [
        f"{_HEAD}\n\n{_OWN}",  # a mail that was printed begins with its own head
        f"Moves\n\n{_OWN}\n\nFrom: Elm ward; To: theatre; Date: 3 May\nFrom: theatre; To: Elm ward; Date: 4 May",
        f"{_OWN}\n\n> Nobody rang me back.\n> I waited for two days.\n\nNobody waited.",
    ],
)
def test_what_only_looks_like_an_earlier_mail_is_evidence(text: str) -> None:
    assert find_apparatus(text, []) == []


def test_a_letter_is_evidence_and_a_letter_to_fill_in_is_none() -> None:
    letter = f"Dear colleague\n\n{_OWN}\n\nYours sincerely,\n\nAnn Reed\nHead of Midwifery"
    assert (_kinds(letter, _OWN), _kinds(letter, "Ann Reed")) == ("", "signature")
    assert _kinds(f"{_OWN}\n\n--\nAnn Reed\nPostnatal lead", "Ann Reed") == "signature"
    assert _kinds(f"Dear [name],\n\n{_OWN}\n\nYours sincerely,", _OWN) == "template"
    guideline = f"{_OWN} " * 9 + f"\n\n{letter}\n\nTwo midwives check the dose before it is given."
    assert (_kinds(guideline, "Dear"), _kinds(guideline, "Ann Reed")) == ("template", "")


def _mail(folder: Path) -> Document:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "Ann Reed <ann@example.org>", "RE: Waits"
    mail["Date"] = "Thu, 08 May 2025 09:12:00 +0100"
    mail.set_content("see html")
    mail.add_alternative(
        "<p>CAUTION: This email came from outside the organisation. Do not click links.</p>"
        f"<p>Hi all,</p><p>{_OWN}</p><p>Kind regards</p><p>Ann<br>Ashcombe Hospitals | Tel 01632 960000</p>"
        "<div><p><b>From:</b> Ward clerk<br><b>Sent:</b> 06 May 2025<br><b>To:</b> Ann<br><b>Subject:</b> Waits</p></div>"
        f"<p>{_EARLIER}</p>",
        subtype="html",
    )
    path = folder / "RE Waits.eml"
    path.write_bytes(mail.as_bytes())
    return read_source(path)[0]


def test_a_mail_says_its_own_words_and_keeps_the_others_to_be_found(tmp_path: Path) -> None:
    document = _mail(tmp_path)
    told = [_OWN, "CAUTION", "Kind regards", "Ashcombe", _EARLIER]
    kinds = [document.apparatus_at(document.text.index(words)) for words in told]
    assert kinds == ["", "notice", "signature", "signature", "earlier mail"]
    assert document.metadata.published == "2025-05-08"
