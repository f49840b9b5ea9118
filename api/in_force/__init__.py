"""What is in force, as one process knows it: policies that decide, and keys that may ask."""
