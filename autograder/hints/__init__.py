"""Hints for known mistakes, which learners get sealed beside their notebook."""
