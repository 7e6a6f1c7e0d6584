"""Which sentences of which sources are evidence for a question."""
