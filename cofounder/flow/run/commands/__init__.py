"""The queue that agents poll: commands handed out under a lease, finished once, by whoever holds them.

In: commands of people, of the API and of plan steps whose tool an outside agent offers; claims, heartbeats, results and
errors of agents. Out: each command completed once or set aside for a person; a woken task. Never: a command in two
hands, a result of a lease that was lost, a look into what an agent sends.
"""
