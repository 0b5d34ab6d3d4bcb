"""What can be typed on the pages of monitoring?"""
