"""The invented county of 临江 that the demo shows: offices, letters and cases as data."""
