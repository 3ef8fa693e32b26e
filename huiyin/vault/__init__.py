"""Seals the person and the petition's own words under one key per case; everything else sees a reference.

Knows cases only as opaque strings. Only `huiyin.casework` may import it. No name, word or key ever
appears in a log line, an exception message or a `repr`.
"""
