"""The sections of the report, in plain words."""
