"""Results to matplotlib axes; nothing is computed here."""
