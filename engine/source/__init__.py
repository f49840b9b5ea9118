"""Floor 0: text, places in it, and what one may say about it."""
