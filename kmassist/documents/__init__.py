"""A source: its text, its metadata, its kind, and what is asked of each kind."""
