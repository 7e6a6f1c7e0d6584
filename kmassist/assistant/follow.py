"""Followed questions, asked again when the corpus changes; and questions that could not be answered, until a source answers."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from kmassist.answers.model import Answer, Chosen
from kmassist.assistant.typed import refuse_people, tells_of_a_person
from kmassist.errors import IndexingError, RecordError
from kmassist.events import Added, Event, Progress
from kmassist.records.followed import (
    FOLLOWED,
    STANDING,
    UNANSWERED,
    Followed,
    FollowedStanding,
    Standing,
    Turn,
    UnansweredGroup,
    UnansweredQuestion,
    compared,
    unanswered_text,
)
from kmassist.records.store import Records, left, to_json, write_as
from kmassist.retrieval.pool.said import packed, unpacked
from kmassist.text import clock
from kmassist.text.words import words

if TYPE_CHECKING:
    from kmassist.assistant import Assistant
    from kmassist.embedding.embedder import Vectors

_NEAR = 20
"""Passages nearest to an unanswered question that a new source must be among, for it to be asked again."""
_SAME_SUBJECT = 0.6
"""Similarity from which two questions stand in one group of the list."""


class FollowDesk:
    """Questions that outlive their answer. Each write is one record in one transaction."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._index = assistant.index
        see = "kmassist follow"
        self._followed = Records(
            self._index, FOLLOWED, Followed, key="follow_id", noun="followed question", see=see
        )
        self._standings = Records(
            self._index, STANDING, FollowedStanding, key="follow_id", noun="standing", see=see
        )
        self._unanswered = Records(
            self._index,
            UNANSWERED,
            UnansweredQuestion,
            key="question_id",
            noun="question",
            see="kmassist unanswered",
        )

    # -- followed questions -----------------------------------------------------------------------------------------

    def follow(
        self, question: str, *, answer: Answer | None = None, by_role: str = ""
    ) -> tuple[Followed, Standing]:
        """Follow a question from how it stands now; one that is followed already stays as it is.

        Args:
            question: as it was asked; with an answer, its resolved question and reading are followed.
            answer: the answer at hand.
            by_role: who follows it.

        Raises:
            RecordError: it is about one person or holds what looks like personal data, or nothing could be searched for.
        """
        asked = answer.resolved_question if answer else question
        refuse_people(asked, self._assistant.settings.privacy)
        same = next((f for f in self._followed.all() if words(f.question) == words(asked)), None)
        if same is not None:
            return same, self._standings.get(same.follow_id).standing
        if answer is None or answer.corpus.digest != self._index.stats().corpus_digest:
            answer = self._assistant.answer(
                asked, **_options(answer.chosen if answer else Chosen())
            )
        if answer.is_turned_away:
            raise RecordError(
                "This question cannot be followed: nothing was searched for it.",
                "Ask about a service, a condition or a practice.",
            )
        followed = self._followed.make(
            {
                "follow_id": self._followed.next_number(),
                "question": asked,
                "chosen": answer.chosen,
                "by_role": by_role or self._index.actor,
                "since": clock.today().isoformat(),
            }
        )
        standing = Standing.of(self._assistant.leaving(answer))
        self._standings.put(FollowedStanding(follow_id=followed.follow_id, standing=standing))
        return self._followed.put(followed), standing

    def unfollow(self, follow_id: str) -> Followed:
        """Follow a question no longer; returns what it was.

        Raises:
            RecordError: there is none of that number.
        """
        gone = self._followed.delete(follow_id)
        if gone.follow_id in self._index.records(STANDING):
            self._standings.delete(gone.follow_id)
        return gone

    def list(self) -> Sequence[tuple[Followed, FollowedStanding | None]]:
        """Followed questions in order of their numbers, with how each stands."""
        standings = {s.follow_id: s for s in self._standings.all()}
        return [(f, standings.get(f.follow_id)) for f in self._followed.all()]

    # -- asking again -----------------------------------------------------------------------------------------------

    def after(self, events: Iterable[Event]) -> Generator[Event, None, None]:
        """Pass on the events of a run of adding; when something was stored, ask again what is followed."""
        has_changed = False
        for event in events:
            has_changed = has_changed or (
                isinstance(event, Added) and event.outcome in ("added", "updated")
            )
            yield event
        if has_changed:
            yield from self.ask_again()

    def ask_again(self) -> Generator[Event, None, None]:
        """Ask what is followed and what could not be answered, where the corpus or the day is another; turns wait for `tell`.

        Yields:
            Progress. Closing the generator loses nothing: what was not asked is asked next time.
        """
        due = [(f, s) for f, s in self.list() if s is None or self._is_stale(s.standing)]
        for number, (followed, before) in enumerate(due):
            yield Progress("asking again", number, len(due), followed.question)
            self._ask(followed, before)
        yield from self._reopen()

    def _is_stale(self, standing: Standing) -> bool:
        today, digest = clock.today().isoformat(), self._index.stats().corpus_digest
        return (standing.digest, standing.asked_on) != (digest, today)

    def _ask(self, followed: Followed, before: FollowedStanding | None) -> None:
        answer = self._assistant.answer(followed.question, **_options(followed.chosen))
        now = Standing.of(self._assistant.leaving(answer))
        turns = before.turns if before else ()
        says = compared(before.standing, now) if before else ()
        if says:
            doc_ids = (now.first_doc,) if now.first_doc else ()
            turns = (
                *turns,
                Turn(question=followed.question, on=now.asked_on, says=says, doc_ids=doc_ids),
            )
            self._index.audit("followed question turned", record=followed.follow_id)
        self._standings.put(
            FollowedStanding(follow_id=followed.follow_id, standing=now, turns=turns)
        )

    def untold(self) -> Sequence[Turn]:
        """Turns that nobody has been told of yet."""
        return [turn for turn in self.turns() if not turn.is_told]

    def turns(self, *, since: str = "") -> Sequence[Turn]:
        """Every turn since a day, in order of time."""
        found = [t for s in self._standings.all() for t in s.turns]
        found += [q.turn for q in self._unanswered.all() if q.turn]
        return sorted((t for t in found if t.on >= since), key=lambda t: (t.on, t.question))

    def tell(self) -> Sequence[Turn]:
        """Turns that nobody has been told of yet; now they are told."""
        found = self.untold()
        for one in self._standings.all() if found else ():
            if not all(t.is_told for t in one.turns):
                turns = tuple(t.model_copy(update={"is_told": True}) for t in one.turns)
                self._standings.put(one.model_copy(update={"turns": turns}))
        for question in self._unanswered.all() if found else ():
            if question.turn and not question.turn.is_told:
                turn = question.turn.model_copy(update={"is_told": True})
                self._unanswered.put(question.model_copy(update={"turn": turn}))
        return found

    # -- questions that could not be answered ------------------------------------------------------------------------

    def note(self, answer: Answer) -> UnansweredQuestion | None:
        """Keep a question that could not be answered, after its answer was shown; None when it is not one to keep.

        Left out: what looks like a person, what was turned away, and what was asked of a part of the corpus. A library that
        cannot be written to now keeps none.
        """
        is_whole = answer.coverage.documents_searched == answer.corpus.documents
        if answer.is_turned_away or not is_whole or "T10" in answer.types:
            return None
        with suppress(IndexingError):
            if answer.status.is_answer:
                self._answered(answer)
            elif answer.corpus.documents and not tells_of_a_person(
                answer.resolved_question, self._assistant.settings.privacy
            ):
                return self._keep(answer)
        return None

    def _same(self, question: str) -> UnansweredQuestion | None:
        wanted = words(question)
        return next((q for q in self._unanswered.all() if words(q.question) == wanted), None)

    def _keep(self, answer: Answer) -> UnansweredQuestion:
        same, today = self._same(answer.resolved_question), answer.searched_on
        if same is not None:
            return self._unanswered.put(
                same.model_copy(
                    update={
                        "times": same.times + 1,
                        "last_asked": today,
                        "answered_on": "",
                        "turn": None,
                    }
                )
            )
        vector = self._assistant.embedder.embed_query(answer.subject or answer.resolved_question)
        return self._unanswered.put(
            UnansweredQuestion(
                question_id=self._unanswered.next_number(),
                question=answer.resolved_question,
                subject=answer.subject,
                topics=answer.topics,
                first_asked=today,
                last_asked=today,
                vector=packed(vector),
                near=self._near(vector),
            )
        )

    def _answered(self, answer: Answer) -> None:
        """It was asked again, and is answered: whoever asked has seen that."""
        same = self._same(answer.resolved_question)
        if same is not None and same.is_open:
            self._unanswered.put(same.model_copy(update={"answered_on": answer.searched_on}))

    def _near(self, vector: Vectors) -> tuple[str, ...]:
        hits = self._index.dense(vector, _NEAR)
        ids = (p.doc_id for p in self._index.passages(h.passage_id for h in hits))
        return tuple(sorted(set(ids)))

    def _reopen(self) -> Generator[Event, None, None]:
        """Ask again those that a document came near to since."""
        found = [
            (q, near)
            for q in self._unanswered.all()
            if q.is_open and set(near := self._near(unpacked(q.vector))) - set(q.near)
        ]
        for number, (question, near) in enumerate(found):
            yield Progress("asking again", number, len(found), question.question)
            answer = self._assistant.leaving(self._assistant.answer(question.question))
            update: dict[str, object] = {"near": near}
            if answer.status.is_answer:
                now = Standing.of(answer)
                says: tuple[str, ...] = (
                    f"It could not be answered on {question.last_asked}. Now {now.says}.",
                )
                if now.first:
                    says = (*says, f"Quoted first: {now.first} ({now.first_by}).")
                turn = Turn(
                    question=question.question,
                    on=now.asked_on,
                    says=says,
                    doc_ids=(now.first_doc,) if now.first_doc else (),
                    was_unanswered=True,
                )
                update |= {"answered_on": now.asked_on, "turn": turn}
            self._unanswered.put(question.model_copy(update=update))

    def unanswered(self, *, with_answered: bool = False) -> Sequence[UnansweredGroup]:
        """Questions that could not be answered, by subject, the most asked first; also those that can be now, if wanted."""
        groups: list[list[UnansweredQuestion]] = []
        for question in self._unanswered.all():
            if not (question.is_open or with_answered):
                continue
            vector = unpacked(question.vector)
            home = next((g for g in groups if _is_near(unpacked(g[0].vector), vector)), None)
            if home is None:
                groups.append([question])
            else:
                home.append(question)
        made = [
            UnansweredGroup(
                subject=self._label(group),
                questions=tuple(sorted(group, key=lambda q: (-q.times, q.question))),
            )
            for group in groups
        ]
        return sorted(made, key=lambda g: (-g.times, g.subject))

    def _label(self, group: Sequence[UnansweredQuestion]) -> str:
        """The topic that all of a group share, else the first one's own words for its subject."""
        shared = set(group[0].topics).intersection(*(q.topics for q in group))
        topics = self._assistant.vocabulary.topics
        labels = [topics[code].label for code in sorted(shared) if code in topics]
        return labels[0] if labels else group[0].subject or group[0].question

    def drop(self, question_id: str) -> UnansweredQuestion:
        """Take a question off the list; returns what it was."""
        return self._unanswered.delete(question_id)

    def export(self, path: Path, *, force: bool = False) -> Path:
        """Write the list as .csv, .json or .md; nothing that looks like a person is in it.

        Raises:
            ExportError: another suffix, the file is there already, or it cannot be written.
        """
        groups = self.unanswered(with_answered=True)
        bare = [
            {"subject": g.subject, "questions": [_plain(q) for q in g.questions]} for g in groups
        ]
        written = write_as(
            path,
            {
                ".csv": lambda: unanswered_text(groups, "csv"),
                ".json": lambda: to_json(bare),
                ".md": lambda: unanswered_text(groups, "md"),
            },
            force=force,
        )
        return left(self._index, "unanswered questions", written, count=len(bare))


def _plain(question: UnansweredQuestion) -> dict[str, object]:
    """A question for scripts, without what only the library needs."""
    return question.model_dump(mode="json", exclude={"vector", "near", "turn"})


def unanswered_json(groups: Sequence[UnansweredGroup]) -> Sequence[dict[str, object]]:
    """The list for scripts."""
    return [
        {"subject": g.subject, "times": g.times, "questions": [_plain(q) for q in g.questions]}
        for g in groups
    ]


def _is_near(one: Vectors, other: Vectors) -> bool:
    return one.shape == other.shape and float(one @ other) >= _SAME_SUBJECT


def _options(chosen: Chosen) -> dict[str, object]:
    """The options of `Assistant.ask` that read a question as a person chose."""
    return {
        "types": chosen.types or None,
        "senses": chosen.senses or None,
        "without": chosen.without or None,
        "subject": chosen.subject or None,
    }
