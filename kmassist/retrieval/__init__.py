"""From a question to ranked passages: two legs, one list."""
