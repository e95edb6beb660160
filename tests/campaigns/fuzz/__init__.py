"""The readers of the project against arbitrary input: `python -m tests.campaigns.fuzz`."""
