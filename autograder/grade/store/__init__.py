"""What outlives a run: nbgrader's gradebook, and the cache of what was graded."""
