"""The HTTP service: shapes, problems, access, and the routes under `/v1` and `/health`."""
