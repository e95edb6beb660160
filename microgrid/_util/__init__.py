"""Shared helpers: argument checks, files, processes, JSON and text. They import the engine at most."""
