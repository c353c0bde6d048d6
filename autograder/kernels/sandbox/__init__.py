"""What stands between a learner's code and the machine."""
