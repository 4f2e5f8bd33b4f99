"""What rate would an area have if it were like others in its circumstances?  Regressions."""
