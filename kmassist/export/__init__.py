"""From a brief to files."""
