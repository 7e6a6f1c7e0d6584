"""Characters, words, sentences, tables: text before anybody says what it is about."""
