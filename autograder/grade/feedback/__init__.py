"""From an executed notebook and its marks to the page that a learner reads."""
