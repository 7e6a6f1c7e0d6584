"""The remarks desk: feedback on quotations and notes on sources, which no search, ranking or coverage ever reads."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from kmassist.answers.model import Answer, Citation
from kmassist.assistant.typed import refuse_people, refuse_personal_data, typed
from kmassist.errors import RecordError
from kmassist.records.remarks import Feedback, Note, Said, gold_questions
from kmassist.records.store import Records, left, to_json, write_as
from kmassist.text.clock import today

if TYPE_CHECKING:
    from kmassist.assistant import Assistant


class RemarkDesk:
    """Feedback and notes of one library. Roles, never names."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        index, self._privacy = assistant.index, assistant.settings.privacy
        self._feedback = Records(index, "feedback", Feedback, see="kmassist feedback")
        self._notes = Records(index, "note", Note, see="kmassist notes", typed=typed(self._privacy))

    # -- feedback -----------------------------------------------------------------------------------------------------

    def feedback(self, question: str = "") -> Sequence[Feedback]:
        """All feedback in order; with a question only that on it."""
        wanted = " ".join(question.casefold().split())
        return [
            one
            for one in self._feedback.all()
            if not wanted or " ".join(one.question.casefold().split()) == wanted
        ]

    def say(
        self, question: str, said: Said, citation: Citation | None = None, *, reason: str = ""
    ) -> Feedback:
        """Keep what a person says of a quotation; said again of the same words, it replaces what was said.

        Raises:
            RecordError: a reason is missing or holds personal data, the question is about one person, or no quotation is
                named where one must be.
        """
        refuse_people(question, self._privacy)
        if said is not Said.NOTHING_ANSWERS and citation is None:
            raise RecordError("Feedback is on a quotation.", "Name its words.")
        if said in {Said.NOT_RELEVANT, Said.WRONG_KIND} and not reason.strip():
            raise RecordError(f"Say why it is {said.value}.", "In a few words: another ward.")
        refuse_personal_data(reason, self._privacy)
        fields: dict[str, object] = {"doc_id": "", "start": 0}
        if citation is not None:
            document = self._assistant.index.document(citation.doc_id)
            place = document.locator if document.locator.startswith("#") else ""
            fields = {
                "doc_id": citation.doc_id,
                "document": f"{document.source_path}{place}",
                "start": citation.start,
                "end": citation.end,
                "quote": citation.masked().quote,
                "is_exact": not citation.masks,
            }
        same = [
            one
            for one in self.feedback(question)
            if (one.doc_id, one.start) == (fields["doc_id"], fields["start"])
        ]
        number = same[0].feedback_id if same else self._feedback.next_number()
        return self._feedback.put(
            self._feedback.make(
                {
                    **fields,
                    "feedback_id": number,
                    "question": question,
                    "said": said,
                    "reason": " ".join(reason.split()),
                    "by_role": self._assistant.index.actor,
                    "on": today().isoformat(),
                }
            )
        )

    def quotation(self, answer: Answer, words: str) -> Citation:
        """The one quotation of an answer that holds these words.

        Raises:
            RecordError: none does, or several do, or there are no words.
        """
        wanted = " ".join(words.casefold().split())
        if not wanted:
            raise RecordError("Feedback is on a quotation.", "Name its words.")
        found: dict[tuple[str, int, int], Citation] = {}
        for claim in (*answer.claims, *answer.nearest):
            if wanted in " ".join(claim.citation.quote.casefold().split()):
                found.setdefault(claim.citation.span, claim.citation)
        if len({(doc_id, citation.page) for (doc_id, _, _), citation in found.items()}) == 1:
            shortest = min(found, key=lambda span: span[2] - span[1])
            if all(s[1] <= shortest[1] and shortest[2] <= s[2] for s in found):
                return found[shortest]  # the same words, quoted alone and with their neighbours
        if len(found) != 1:
            what = f"{len(found)} quotations of the answer hold" if found else "No quotation holds"
            raise RecordError(
                f"{what} “{words}”.", "Give words that stand in one quotation of the answer alone."
            )
        return next(iter(found.values()))

    def take_back(self, feedback_id: str) -> Feedback:
        """Remove feedback; returns what it was."""
        return self._feedback.delete(feedback_id)

    def export_gold(self, path: Path, *, force: bool = False) -> Path:
        """Write feedback as gold questions (.yaml) for ``eval --calibrate``, or all of it as .json.

        Raises:
            RecordError: nobody has said yet what answers a question, or that nothing does.
        """
        feedback = self._feedback.all()
        folder = path.expanduser().resolve().parent
        near = [
            one.model_copy(update={"document": Path(one.document).relative_to(folder).as_posix()})
            if one.document and Path(one.document).is_relative_to(folder)
            else one
            for one in feedback
        ]
        gold = gold_questions(near)
        if not gold:
            raise RecordError(
                "There is no gold question yet.",
                "Say of a quotation that it answers the question, or that nothing does.",
            )
        head = "# Gold questions from feedback: kmassist eval FILE --calibrate\n"
        text = head + yaml.safe_dump(gold, allow_unicode=True, sort_keys=False, width=120)
        forms = {".yaml": lambda: text, ".json": lambda: to_json(list(feedback))}
        written = write_as(path, forms, force=force)
        return left(self._assistant.index, "feedback", written, count=len(feedback))

    # -- notes --------------------------------------------------------------------------------------------------------

    def notes(self, doc_id: str = "") -> Sequence[Note]:
        """All notes in order; with a doc_id only those on that document."""
        return [note for note in self._notes.all() if not doc_id or note.doc_id == doc_id]

    def note(self, doc_id: str, text: str) -> Note:
        """Put a note on a document.

        Raises:
            DocumentNotFound: there is no such document.
            RecordError: it is empty, or holds personal data.
        """
        self._assistant.index.document(doc_id)
        made = self._notes.make(
            {
                "note_id": self._notes.next_number(),
                "doc_id": doc_id,
                "text": " ".join(text.split()),
                "by_role": self._assistant.index.actor,
                "on": today().isoformat(),
            }
        )
        return self._notes.put(made)

    def remove_note(self, note_id: str) -> Note:
        """Remove a note; returns what it was."""
        return self._notes.delete(note_id)
