"""A dag file of airflow that takes all memory."""

everything = []
while True:
    everything.append(bytearray(1 << 24))
