"""What the acts of a log come to, taken one after another, and who may take the next step."""
