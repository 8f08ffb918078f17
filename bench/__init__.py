"""The benchmark, ``make bench``: ratios of measurements that run side by side."""
