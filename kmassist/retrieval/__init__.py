"""From a question to ranked passages (two legs, one list), and from a subject to the documents held on it (`pool`)."""
