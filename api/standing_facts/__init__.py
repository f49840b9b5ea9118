"""Standing facts on their way in and out: as they are sent, and as they are recorded and shown."""
