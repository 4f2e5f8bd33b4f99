"""May a model and its fit be relied on?  Checks before, during and after fitting."""
