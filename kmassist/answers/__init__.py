"""The answer: its parts, how it is written, how it is presented."""
