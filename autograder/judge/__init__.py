"""Judge tests in a process that the learner's code never enters."""
