"""The same work fanned out over processes or a cluster."""
