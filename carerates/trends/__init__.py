"""How has a rate changed, and which areas are increasing, decreasing or stable?"""
