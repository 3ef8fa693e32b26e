"""Other programs' door: a REST interface under /api/v1/, Open311 under /open311/v2/, and e-mail."""
