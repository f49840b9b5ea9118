"""Who asks, by an identity provider: its tokens, and the keys that they are verified by."""
