"""Metrics for Prometheus: what is declared, what counts, and how processes share their counts."""
