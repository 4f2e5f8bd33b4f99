"""What a fitted model says: draws, tables of areas and nations, files."""
