"""kmassist beside the nearest open engines on the same passages, vectors and questions, in one run."""
