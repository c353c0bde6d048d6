"""The learners' repository: what the course gives them, and nothing of what decides their marks."""
