"""Hamiltonian Monte Carlo on the same design arrays: the engine of record."""
