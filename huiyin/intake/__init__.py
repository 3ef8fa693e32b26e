"""Turns any arrival (form, counter, letter, sheet) into a `Filing` and a separate `Person`, or into faults.

Pure: no database, no clock (`today` is an argument), no framework. Keeps nothing it reads.
"""
