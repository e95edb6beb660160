"""The readers of the project against arbitrary input; `python -m tests.fuzz` looks for input that breaks one."""
