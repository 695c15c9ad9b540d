"""Another way to those whom no push reaches: e-mail, where an installation has it; SMS would be one more channel."""
