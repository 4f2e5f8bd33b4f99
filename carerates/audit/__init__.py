"""Do published statistics agree with themselves?"""
