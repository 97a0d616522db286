"""What verification answers, for readers: in the terminal, as a page and as JSON."""
