"""From submissions to grades and feedback, on any nbgrader course directory."""
