"""Where models are tuned, one target a file or folder, behind one interface.

In: files of a dataset version and the settings of a job. Out: a job at a provider or on this machine, what became of
it, and where its model answers. Never: a row of our own database; a job that `availability` calls closed.
"""
