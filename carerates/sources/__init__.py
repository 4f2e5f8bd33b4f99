"""Publishers to raw files kept as published to tidy tables."""
