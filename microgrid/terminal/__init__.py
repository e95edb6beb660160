"""The relay walked by keys in a terminal."""
