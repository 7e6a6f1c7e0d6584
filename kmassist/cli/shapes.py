"""What each command with ``--json`` writes, as types: `SHAPES`. Their JSON schemas are made from these (`cli/schema.py`).

A record that is written as it is stands here as its own type. What is put together for scripts is a `shape` of its own, or `made`
of a record: its fields without some and beside others, so that no field of a record is written down twice.
"""

from __future__ import annotations

from types import GenericAlias
from typing import Any, NotRequired, get_args, get_type_hints

from typing_extensions import TypedDict  # pydantic asks for this one below Python 3.12

from kmassist.answers.model import Answer, Citation
from kmassist.assistant.drafts import ProposedMark, UsedSource
from kmassist.assistant.due import DueItem
from kmassist.assistant.judging import AnswerReport, Judgement, PresenceReport, QuestionReport
from kmassist.assistant.region import Service
from kmassist.assistant.status import LibraryStatus
from kmassist.briefs.audit_series import AuditSeries, SeriesPoint
from kmassist.briefs.process_chart import ProcessChart
from kmassist.briefs.scale_check import ScaleCheck
from kmassist.coverage.matrix import Coverage
from kmassist.documents.document import Document
from kmassist.documents.proposal import Proposal as Proposed
from kmassist.gaps import Epicot, GapRecord, RoleRecord, SearchRecord, Stage, Warrant
from kmassist.gaps.map import GapMap
from kmassist.index.doctor import Finding
from kmassist.index.moving import Moved
from kmassist.records.assessment import GroupResult, Instrument
from kmassist.records.bundles import Bundle, Received
from kmassist.records.contributions import CoDevelopment, CoDevelopmentState, Contribution
from kmassist.records.decisions import DecisionRecord, Every, Period, Ratio, Relevant
from kmassist.records.decisions.checks import Check
from kmassist.records.folders import Folder, SetAside
from kmassist.records.followed import Followed, Standing, Turn, UnansweredQuestion
from kmassist.records.news import News
from kmassist.records.plan import Action, Change, HandOver, Proposal
from kmassist.records.remarks import Feedback, Note
from kmassist.records.screening import Flow, Found, Screening
from kmassist.records.sets import SourceSet
from kmassist.settings.model import Settings
from kmassist.verification.model import CheckReport


def shape(name: str, says: str = "", /, **fields: Any) -> Any:
    """A type with these fields; ``says`` stands in its schema."""
    make: Any = TypedDict
    found = make(name, fields)
    found.__doc__ = says
    return found


def made(name: str, of: Any, /, *, without: str = "", only: str = "", **beside: Any) -> Any:
    """A type with the fields of a record, ``without`` some or ``only`` some, and others beside them or in their place."""
    own = getattr(of, "model_fields", None) or of.__dataclass_fields__
    left = set(only.split() or own) - set(without.split())
    hints = get_type_hints(of, include_extras=True)
    return shape(name, of.__doc__ or "", **{n: hints[n] for n in own if n in left}, **beside)


def many(of: Any) -> Any:
    """A list of these."""
    return GenericAlias(list, of)


def maybe(of: Any) -> Any:
    """A field that is left out where there is nothing to say."""
    return NotRequired[of]


_TURNS = many(made("TurnLine", Turn, without="is_told"))
_UNREAD = many(
    shape("UnreadFile", "A file that was not taken in.", path=str, reason=str, hint=str, kind=str)
)  # fmt: skip
_WAITING = many(
    shape("WaitingFile", "A file that could not be read or seen.", path=str, reason=str)
)  # fmt: skip
_HEAVY = {"without": "text pages headings composed left_out", "pages": int, "text": maybe(str)}
"""What a document is written without; ``pages`` is their number, ``text`` only on request."""

_ANSWER = made(
    "AnswerBody", Answer, citations=many(made("CitationLine", Citation, probability=float, is_direct=bool))
)  # fmt: skip
_WARRANTED = shape(
    "Warranted", "Which kinds of source there are, and what each gap warrants.", coverage=Coverage, warrants=many(Warrant)
)  # fmt: skip
_CHECKED = made(
    "Checked", CheckReport, counts=dict[str, int], used=maybe(many(UsedSource)), proposed=maybe(many(made("MarkLine",
    ProposedMark, only="doc_id cite_as use sentences")))
)  # fmt: skip
_PASSAGE = shape(
    "Passage", "A passage that was found, not judged. legs: its score by words and by meaning.", rank=int, doc_id=str,
    passage_id=str, title=str, source_type=str | None, page=int | None, section=str, start=int, end=int, quote=str,
    is_computed=bool, probability=float, legs=dict[str, float]
)  # fmt: skip
_FILLED = shape(
    "Filled", "A template filled with evidence.", name=str, version=int, digest=str, text=str
)  # fmt: skip
_TEMPLATE = shape(
    "Template", "A template that can be filled.", name=str, version=int, digest=str, purpose=str
)  # fmt: skip
_FOLLOWED = made("FollowedNow", Followed, standing=Standing)
_FOLLOWED_LINE = made(
    "FollowedLine", Followed, standing=maybe(Standing), turns=maybe(tuple[Turn, ...])
)  # fmt: skip
_UNANSWERED = shape(
    "SubjectLine", "Questions on one subject that could not be answered.", subject=str, times=int,
    questions=many(made("UnansweredLine", UnansweredQuestion, without="vector near turn"))
)  # fmt: skip

_FILES = many(
    shape("FileLine", "A file, and what became of it.", path=str, doc_id=str, title=str, note=str)
)  # fmt: skip
_ADDED = shape(
    "Added", "What a run of adding did; left_out are files that kmassist knows and does not take in.", turned=_TURNS,
    **dict.fromkeys(("added", "updated", "unchanged", "duplicates"), _FILES), skipped=_UNREAD, left_out=_UNREAD,
    warnings=list[str], documents=int
)  # fmt: skip
_STEP = shape(
    "StepDone", "What was carried out of a plan: how many files came to what, then the files.", **dict.fromkeys(("added",
    "updated", "moved", "set_aside", "back", "copies", "not_read"), int), is_stopped=bool, documents=many(shape("StepFile",
    path=str, doc_id=str, outcome=str, note=str)), gone=many(shape("GoneFile", path=str, doc_id=str, is_back=bool)),
    failed=_UNREAD, warnings=list[str], forgotten=list[str]
)  # fmt: skip
_SYNCED = shape(
    "Synced", "What a folder and the library differ in, whether it was carried out, and what came of it.", folder=str,
    new=list[str], changed=list[str], moved=many(shape("MovedFile", **{"from": str, "to": str, "doc_ids": list[str]})),
    missing=many(shape("MissingFile", "documents: doc_id and title of what is held of it.", path=str, documents=dict[str, str])),
    doubt=str, returned=list[str], set_aside=dict[str, str], not_read=_WAITING, not_seen=_WAITING, other_kinds=int, forgotten=int,
    unchanged=int, is_done=bool, done=_STEP, turned=_TURNS
)  # fmt: skip
_FOLDERS = shape(
    "Folders", "With --list: the folders kept in step, and the documents whose file is gone.", folders=many(made("FolderLine",
    Folder, checked_at=str, problem=str, files=int)), set_aside=many(SetAside)
)  # fmt: skip
_INSPECTED = made(
    "Inspected", Document, **_HEAVY, passages=int, missing=tuple[str, ...], identifiers=tuple[str, ...], already=str,
    proposals=many(made("ProposalLine", Proposed, without="start"))
)  # fmt: skip
_SHOWN = made(
    "DocumentBody", Document, **_HEAVY, checked=shape("LastLook", at=str, is_gone=bool) | None, notes=many(Note)
)  # fmt: skip
_SERIES = made(
    "Series", AuditSeries, without="points", points=many(made("Point", SeriesPoint, percent=float)), chart=ProcessChart,
    words=list[str]
)  # fmt: skip
_STRATEGY = shape(
    "StrategyBody", "A question as a search of one database.", key=str, database=str, question=str,
    lines=many(shape("StrategyRow", number=str, search=str, looks_for=str, for_librarian=bool)), notes=list[str]
)  # fmt: skip
_RECORDS = many(
    made("RecordLine", Found, without="document of", database=str, state=str, reason=str)
)  # fmt: skip
_SCREENING = made("ScreeningLine", Screening, without="decided")
_BUNDLE_TAKEN = shape(
    "TakenBundle", "held_here: its sources that are here too. Of a brief as .json only doc_ids.", doc_ids=list[str],
    bundle_id=maybe(str), origin=maybe(str), held_here=maybe(dict[str, str])
)  # fmt: skip
_TRAIL = shape(
    "TrailLine", n=int, at=str, role=str, action=str, doc_id=str | None, details=dict[str, Any]
)  # fmt: skip
_READING = shape(
    "QuestionReading", "How a question is read.", terms=dict[str, float], meaning_text=str, expansions=dict[str, list[str]],
    senses=dict[str, str], topics=list[str]
)  # fmt: skip
_JUDGED = get_type_hints(Judgement)
_GATE = maybe(made("Gate", get_args(_JUDGED["gate"])[0], without="scores best"))
_EVALUATED = made(
    "Evaluated", Judgement, only="name", legs=get_type_hints(_JUDGED["evaluation"])["legs"], leave_relevant_out=_GATE, calibrated=_GATE,
    relevance_cutoff=maybe(float), presence=maybe(made("Presence", PresenceReport, said=int)), answers=maybe(made("Answered",
    AnswerReport, without="questions", share_right=float, false_answers=int, questions=many(made("QuestionLine", QuestionReport,
    is_right=bool))))
)  # fmt: skip
_STEPS = (
    "new", "show", "edit", "mark", "add-source", "challenge", "reopen", "reply", "review", "sign-off"
)  # fmt: skip

SHAPES: dict[str, Any] = {
    "ask": _ANSWER,
    "search": many(_PASSAGE),
    "coverage": _WARRANTED,
    "verify": shape("Verified", quotations=int, problems=list[str]),
    "feedback list": many(Feedback),
    "check": _CHECKED,
    "prompt": _FILLED | many(_TEMPLATE),
    "new": News,
    "follow": _FOLLOWED | many(_FOLLOWED_LINE),
    "unanswered": many(_UNANSWERED),
    "due": many(DueItem),
    "add": _ADDED,
    "sync": _SYNCED | _FOLDERS,
    "inspect": many(_INSPECTED),
    "sources list": many(made("DocumentLine", Document, **_HEAVY)),
    "sources show": _SHOWN,
    "sets list": many(made("SetLine", SourceSet, documents=int)),
    "sets show": made("SetBody", SourceSet, documents=list[str]),
    "notes list": many(Note),
    "trend": many(_SERIES),
    "gaps list": many(GapRecord),
    "gaps show": GapRecord,
    "gaps propose": many(GapRecord),
    "gaps roles": many(HandOver),
    "gaps epicot": Epicot,
    "map": GapMap,
    "searches list": many(SearchRecord),
    "searches strategy": many(_STRATEGY),
    "screen begin": _SCREENING,
    "screen all": many(_SCREENING),
    "screen list": made("ScreeningBody", Screening, without="decided", records=_RECORDS),
    "screen flow": made("FlowBody", Flow, total=int),
    "people list": shape(
        "Staff",
        "The eight stages, and the roles recorded.",
        stages=many(Stage),
        roles=many(RoleRecord),
    ),
    **dict.fromkeys((f"decide {step}" for step in _STEPS), DecisionRecord),
    "decide list": many(DecisionRecord),
    "decide check": shape(
        "DecisionChecks",
        "unmarked_now: only with --now.",
        checks=many(Check),
        unmarked_now=many(Relevant),
    ),
    "use": shape(
        "Use",
        "The realisation ratio of each kind and of all.",
        every=Every,
        ratios=many(Ratio),
        periods=many(Period),
    ),
    "scale-up": ScaleCheck,
    "assess items": Instrument,
    "assess answer": shape(
        "OwnMeans", "Means by dimension, which are not kept.", label=str, own=dict[str, float]
    ),
    "assess rounds": many(shape("Round", round=str, people=int, closed=bool)),
    "assess results": made("ResultBody", GroupResult, use=dict[str, str]),
    "assess plan": many(Proposal),
    "assess actions": many(Action),
    "assess compare": shape(
        "Compared", "Closed rounds side by side.", rounds=list[str], dimensions=many(Change)
    ),
    "codev list": shape(
        "CoDevelopmentLog", entries=many(CoDevelopment), states=many(CoDevelopmentState)
    ),
    "share contributions": many(Contribution),
    "share export": shape("BundleFile", bundle_id=str, file=str, sources=int, withheld=int),
    "share look": Bundle,
    "share import": _BUNDLE_TAKEN,
    "share list": many(Received),
    "share show": Bundle,
    "status": made("Status", LibraryStatus, reminders=tuple[str, ...]),
    "doctor": shape("Doctor", repaired=list[str], facts=dict[str, Any], findings=many(Finding)),
    "audit": many(_TRAIL),
    "migrate": Moved,
    "services list": many(Service),
    "config show": shape(
        "Config",
        "origins: where each setting that is not at its default came from.",
        file=str,
        settings=made("ShownSettings", Settings, without="origins"),
        origins=dict[str, str],
    ),
    "vocabulary test": _READING,
    "eval": _EVALUATED,
}
"""Every command with ``--json``, and the type of what it writes."""

CHANGING = {"config show", "doctor", "eval", "migrate"}
"""Commands about the inside of kmassist: what they write may change in any release."""
