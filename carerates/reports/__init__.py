"""Results to files that a statistician can publish."""
