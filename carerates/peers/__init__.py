"""Which areas have similar need, and which pairs contrast?"""
