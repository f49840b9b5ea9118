"""Recorded decisions as tables, for the tools that auditors have: CSV, NDJSON and Parquet."""
