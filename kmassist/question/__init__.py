"""How a question is understood: its subject, its type, the figure it asks for, and what it takes up from the one before."""
