"""What the judge and a kernel say to each other: values, calls and faults over one socket pair."""
