"""Sổ tay: an electronic party member handbook (API, worker and commands)."""

__version__ = "0.1.0"
