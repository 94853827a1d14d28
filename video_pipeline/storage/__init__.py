"""Objects: every key as a function, and the few verbs on S3."""
