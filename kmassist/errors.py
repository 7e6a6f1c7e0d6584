"""Every error a front end may show, as one tree.

KmassistError(message, hint)
├── ConfigError
├── MissingExtra                 an optional package is not installed; the hint is the pip line
├── SourceError
│   ├── SourceNotFound           no such path
│   ├── UnsupportedFormat        no reader for this suffix
│   └── UnreadableSource         damaged, encrypted, empty, over a limit, or without a text layer
├── DocumentNotFound             no document of that id (or more than one matches it)
├── IndexingError
│   ├── IndexNotFound            no library in that folder
│   ├── IndexMismatch            made by another embedder, or by a newer kmassist
│   ├── IndexLocked              another process is writing
│   ├── IndexDamaged             a file of the library fails its digest
│   ├── IndexIncomplete          a partition, server or index of a shared library is missing: no answer would be whole
│   └── BackendUnavailable       an engine could not be loaded or reached
├── GenerationError
│   ├── ModelUnavailable         an embedding or language model cannot be loaded
│   └── UncitedClaim             a sentence without a citation that resolves
├── RecordError                  a register, search or decision record is incomplete or unknown
└── ExportError                  an output file cannot be written
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes are an API: scripts may rely on them."""

    OK = 0
    FAILED = 1
    USAGE = 2
    RETRYABLE = 3
    PARTIAL = 4
    DEGRADED = 5
    INCOMPLETE = 6
    INTERRUPTED = 130


class KmassistError(Exception):
    """One clear sentence for a person, and what to do next.

    Args:
        message: what is wrong, a full sentence.
        hint: what the person can do about it; may be empty.
    """

    exit_code = ExitCode.FAILED

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


LONGEST_QUESTION = 2_000
"""Characters of a question, whichever face it is typed into."""


class QuestionTooLong(KmassistError):
    """More than one thing is asked, or a text was pasted where a question belongs."""

    exit_code = ExitCode.USAGE

    def __init__(self) -> None:
        super().__init__(
            f"The question is longer than {LONGEST_QUESTION:,} characters.",
            "Ask one thing at a time.",
        )


class ConfigError(KmassistError):
    """A setting has a value that cannot be used."""

    exit_code = ExitCode.USAGE


class MissingExtra(KmassistError):
    """An optional package is needed and absent."""


class SourceError(KmassistError):
    """A source cannot be turned into documents."""


class SourceNotFound(SourceError):
    """No file or folder at that path."""

    exit_code = ExitCode.USAGE


class UnsupportedFormat(SourceError):
    """No reader takes this kind of file."""


class UnreadableSource(SourceError):
    """The file is of a known kind but yields no text.

    Args:
        kind: ``no_text_layer``, ``password``, ``damaged``, ``empty``, ``limit`` or ``identifiers``.
    """

    def __init__(self, message: str, hint: str = "", *, kind: str = "damaged") -> None:
        super().__init__(message, hint)
        self.kind = kind


class DocumentNotFound(KmassistError):
    """No document has that id, or several do."""

    exit_code = ExitCode.USAGE


class IndexingError(KmassistError):
    """The library cannot do what was asked."""


class IndexNotFound(IndexingError):
    """There is no library in that folder."""

    exit_code = ExitCode.USAGE


class IndexMismatch(IndexingError):
    """The library was made by another embedder or a newer version."""


class IndexLocked(IndexingError):
    """Another process is writing to the library."""

    exit_code = ExitCode.RETRYABLE


class IndexDamaged(IndexingError):
    """A file of the library does not have the digest it should."""


class IndexIncomplete(IndexingError):
    """A partition, a server or an index of a shared library is missing, so that an answer would leave something out."""

    exit_code = ExitCode.INCOMPLETE


class BackendUnavailable(IndexingError):
    """An engine cannot be loaded or reached."""

    exit_code = ExitCode.RETRYABLE


class GenerationError(KmassistError):
    """A text cannot be produced as it must be."""


class ModelUnavailable(GenerationError):
    """An embedding or language model cannot be loaded."""


class ReaderUnavailable(ModelUnavailable):
    """The file of the small reader is missing or damaged; a question can be answered without it."""


class UncitedClaim(GenerationError):
    """A sentence has no citation that resolves to a source."""


class RecordError(KmassistError):
    """A record of the register, the search log or a decision cannot be kept as given."""

    exit_code = ExitCode.USAGE


class ExportError(KmassistError):
    """A file cannot be written."""
