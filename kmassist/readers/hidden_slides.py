"""What slides hide: the hidden ones, with their notes."""

from __future__ import annotations

from kmassist.readers.hidden_parts import Parts, named, words_of

_DECK = "ppt/presentation.xml"


def hide_slides(parts: Parts) -> None:
    """Takes hidden slides out of the deck, with what only they lead to."""
    deck = parts.root(_DECK)
    if deck is None:
        return
    targets = parts.targets(_DECK)
    kept: set[str] = set()
    gone: list[str] = []
    ids: set[str] = set()
    for entry in named(deck, lambda tag: tag == "sldId"):
        relation = next((str(v) for k, v in entry.attrib.items() if str(k).endswith("}id")), "")
        part = targets.get(relation, "")
        slide = parts.root(part) if part else None
        if slide is None or slide.get("show") not in {"0", "false"}:
            kept |= {part, *parts.targets(part).values()}
            continue
        inside = [
            name for name in parts.targets(part).values() if name.startswith("ppt/notesSlides/")
        ]
        said = " ".join(words_of(parts.root(name)) for name in (part, *inside))
        parts.note("hidden slide", said, "slide")
        gone.append(part)
        ids.add(entry.get("id") or "")
        parts.remove(_DECK, [entry])
    parts.remove(_DECK, (e for e in named(deck, lambda tag: tag == "sldId") if e.get("id") in ids))
    for part in gone:
        inside = [
            n for n in parts.targets(part).values() if "Layout" not in n and "Master" not in n
        ]
        for name in (part, *inside):
            if name not in kept:
                parts.drop(name)
