"""Notices as Word and PDF, in the layout offices use, each with every element the law lists for it.

Writes nothing: a notice is computed from facts each time, with the words casework opens for whoever asks.
"""
