"""Shared helpers: argument checks, files, JSON and text. They import the engine at most."""
