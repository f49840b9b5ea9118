"""What a service answers from beside the entries of its log, compared with what these say."""
