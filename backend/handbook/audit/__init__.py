"""Append-only record of every change, and of every reading of another person's record by staff."""
