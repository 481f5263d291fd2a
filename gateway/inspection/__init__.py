"""What to do with a text: recognizers and policy become findings and replacements."""
