"""Floor 5: running the tests that policy files carry."""
