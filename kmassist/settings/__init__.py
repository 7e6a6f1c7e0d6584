"""Settings as written, then frozen values that know where they came from."""
