"""Floor 2: what it means to be well formed: types, vocabulary, and the typed core of rules."""
