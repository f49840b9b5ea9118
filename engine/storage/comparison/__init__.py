"""What a service answers from, compared with what the entries of the log say."""
