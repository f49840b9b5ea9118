"""Spans of OpenTelemetry: what a request was, and what it waited for, sent to a collector."""
