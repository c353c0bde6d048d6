"""Watch over what the verdict on a test cell rests on, in the kernel's own process."""
