"""The instructor's tool: build, check, grade, run and report on a course of Jupyter notebooks."""
