"""The similar command: which submissions share code beyond what was given."""
