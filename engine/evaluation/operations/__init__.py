"""What the words of conditions mean for values that are known, exactly."""
