"""Respondents' answers to scales, comparisons, and one row per area to join."""
