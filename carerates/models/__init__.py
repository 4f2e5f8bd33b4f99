"""What is each area's underlying rate, given its circumstances?"""
