"""Bytes to rows and rows to bytes, pictures, PDF and QR: knows nothing of grievances. Pure.

Writes nothing to disk but what it is asked to: a temporary file would be a copy outside the vault.
"""
