"""Training: data into batches, the step, the loop."""
