"""Ledger sheets 台账, in and out: projections to rows, and edited rows to lawful steps.

A sheet is a paper about matters and offices. It never shows who brought a matter, and columns about watching
persons are neither read nor written (design, section 2, rule 6).
"""
