"""The numbers that are printed on the pages of a PDF, where they differ from the pages' own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kmassist.readers.pdf.margins import PAGE_NUMBER
from kmassist.readers.pdf.model import Page


def printed_labels(pages: Sequence[Page]) -> dict[int, str]:
    """What is printed on the pages as their number where it is another one, by page: the file's own labels, else the numbers
    in heads and feet, when most pages have one that rises with them.
    """
    stated = {page.number: page.label for page in pages if page.label}
    if any(label != str(number) for number, label in stated.items()):
        return {number: label for number, label in stated.items() if label != str(number)}
    printed: dict[int, str] = {}
    for page in pages:
        numbers = [m[1] for text in page.running if (m := PAGE_NUMBER.match(text.strip()))]
        if len(numbers) == 1:
            printed[page.number] = numbers[0]
    shifts = Counter(int(text) - number for number, text in printed.items() if text.isdigit())
    if not shifts:
        return {}
    shift, count = shifts.most_common(1)[0]
    if shift == 0 or count < max(3, 0.6 * len(pages)):
        return {}
    return {number: t for number, t in printed.items() if t.isdigit() and int(t) - number == shift}
