"""PDF: pages, layout, tables."""
