"""The assets of one video, in the order of its journey."""
