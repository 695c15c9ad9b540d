"""Rosters: reading, judging, importing and exporting lists of members in Excel files.

``archive`` and ``reader`` open a file safely, ``layout`` finds the table in it, ``normalize`` makes single
values canonical, ``judge`` decides which rows can be taken, ``service`` writes them to the database.
"""
