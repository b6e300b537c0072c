"""What the records add up to: rates, usual results, topics, times, audiences, growth, oddities, correlations.

In: the records as of a time. Out: figures with their n and interval, or "not enough data" with the n there is.
Never: sums cumulative counters over readings, gives a ratio without its base, or calls a correlation a cause.
"""
