"""Which task a post was made for, and which post a reading or a page's visits belong to.

In: imported rows that name each other by id, by address, or only by their words. Out: links with method and
confidence; doubtful ones wait for a person. Never: undoes what a person decided, or links what is only a little alike.
"""
