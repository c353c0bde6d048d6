"""(being written)."""
def add_arguments(parser): pass
def run(arguments): return 2
