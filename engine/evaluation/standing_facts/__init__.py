"""Standing facts: what is known of a subject beforehand, and lies beneath every campaign of it."""
