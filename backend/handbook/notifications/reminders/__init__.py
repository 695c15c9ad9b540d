"""Reminders: what is to be told and when, and telling it."""
