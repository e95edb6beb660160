"""Checks of arguments, files, JSON and text: known to every wing, knowing the engine at most."""
