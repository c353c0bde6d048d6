"""From the text of the course to the instructor's and the learner's notebooks."""
