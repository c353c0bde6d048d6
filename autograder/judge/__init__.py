"""The judge: hidden tests in a process that the learner's code never enters."""
