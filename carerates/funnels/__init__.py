"""Is an area further from the target than chance allows?"""
