"""Tests. A package, since another one of this name, which a dependency installs, would hide it."""
