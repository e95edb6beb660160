"""Every word and number that a reader sees, in English and Japanese."""
