"""A model of children who start and cease to be looked after, and of the number that results."""
