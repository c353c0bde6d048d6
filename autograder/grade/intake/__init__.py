"""From a folder that a learner handed in to a notebook on the instructor's skeleton."""
