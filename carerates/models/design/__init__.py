"""A model and a rates table, turned into the arrays that both engines work on."""
