"""Reference managers' exports: RIS, MEDLINE, BibTeX, XML."""
