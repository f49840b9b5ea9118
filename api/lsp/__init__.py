"""The language server: what `engine.ide` knows, in the protocol of editors (LSP 3.17)."""
