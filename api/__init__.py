"""Everything by which the world speaks to the engine: HTTP, console, command line, adapters."""
