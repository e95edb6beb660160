"""What a learner opens: an expression that is read safely, and the examples."""
