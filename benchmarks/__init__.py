"""What `make bench` measures, and where it writes it: ratios within one run, since machines are shared and noisy."""
