"""Warm, sandboxed Jupyter kernels: packages are imported once, a kernel is a fork away."""
