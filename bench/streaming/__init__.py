"""Both sides of the bench of event streams: the crowd that listens, and the straightforward server it is compared with."""
