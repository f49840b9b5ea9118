"""How long contents are kept, and how they go: retention, legal holds, erasure."""
