"""The copy: pages, marks, act.json, signatures, validation data."""
