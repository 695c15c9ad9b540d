"""Made-up data that show what the program does: one provincial block with its cells, members and three months of life.

Everything comes out of code and a seeded generator, relative to the clock's today. Nobody in it exists: names are
combined by chance, card numbers and citizen IDs begin with numbers that are given to no province, phone numbers with a
prefix that no operator has.
"""
