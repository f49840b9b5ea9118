"""From the JSON of a campaign to typed values and back, as the vocabulary says."""
