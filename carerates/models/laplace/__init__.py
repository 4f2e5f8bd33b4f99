"""Nested Laplace approximation: a hierarchical model fitted in seconds with numpy and scipy."""
