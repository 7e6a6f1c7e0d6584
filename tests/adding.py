"""Adding to a library in a test."""

from pathlib import Path

from kmassist.assistant import Assistant
from kmassist.assistant.add import AddSummary


def add(assistant: Assistant, path: Path, choice: str = "") -> AddSummary:
    """What came of adding a file or folder with the same decision about whatever of it has to be decided."""
    summary = AddSummary()
    for event in assistant.add([path], consent={"*": choice} if choice else {}):
        summary.take(event)
    return summary
