"""Is a sentence of a draft borne out by what the library holds? Deterministic tests first, then likeness of meaning."""
