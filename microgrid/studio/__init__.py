"""The page: a relay to step through in a browser, in one file; its program stands in app/."""
