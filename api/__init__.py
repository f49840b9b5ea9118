"""Everything by which the world speaks to the engine: HTTP, command line, editors, adapters."""
