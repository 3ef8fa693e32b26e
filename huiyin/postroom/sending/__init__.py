"""Telling people and machines that there is news: after the fact is safe, from a queue in the database.

A message says that there is news and where to look; it names no matter, no person and no code. Where it goes
is read from the vault at the moment of sending (decision 80).
"""
