"""nbgrader's settings for this course, for `autograder` and for nbgrader's own commands alike."""

c = get_config()  # noqa: F821  # traitlets defines it

c.CourseDirectory.course_id = "forward_pass"
# A test cell of this course takes a few seconds at most, with a slow but right answer ten times as
# long; an endless loop should not take much longer.
c.Execute.timeout = 30
