"""The interface as OpenAPI 3.1, and the page that shows it."""
