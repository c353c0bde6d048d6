"""What the judge and a kernel say to each other: values, calls, failures, over one socket pair."""
