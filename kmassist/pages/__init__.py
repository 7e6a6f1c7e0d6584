"""A document of blocks and its writers: Markdown, HTML, DOCX, PDF. Knows no brief."""
