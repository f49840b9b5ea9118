"""To whom ads were delivered: shares, rates and their significance, as facts of the campaign."""
