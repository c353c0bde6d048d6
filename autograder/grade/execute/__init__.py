"""From a rebuilt notebook to its execution and the verdicts on its cells."""
