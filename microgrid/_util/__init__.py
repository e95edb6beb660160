"""Checks of arguments, files and text: known to every wing, knowing the engine at most."""
