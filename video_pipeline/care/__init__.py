"""The care of an installation: what is stuck is set going again, what is nobody's is swept away, and all is audited."""
