"""Publishers' services played on this machine, quirks included."""
