"""nbgrader's settings for this course, for `autograder` and for nbgrader's own commands alike."""

c = get_config()  # noqa: F821  # traitlets defines it

c.CourseDirectory.course_id = "forward_pass"
# A test cell of this course takes a few seconds at most, with a slow but right answer three times
# as long. An endless loop costs this for every cell that enters it.
c.Execute.timeout = 20
# Formgrader's "Generate Feedback" writes the pages of `autograder grade`, without hidden tests.
c.GenerateFeedback.exporter_class = "autograder.grade.exporter.FeedbackExporter"
