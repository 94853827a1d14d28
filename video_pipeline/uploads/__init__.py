"""How a file comes through the API: announced, sent straight to the bucket, and said to be complete, or given up."""
