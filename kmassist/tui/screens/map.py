"""Map: topics by kinds of source, each cell with its state, count and newest year."""

from __future__ import annotations
