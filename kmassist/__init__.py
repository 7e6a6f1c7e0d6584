"""kmassist."""
