"""Which model is asked first: complexity gives the tier, measured quality moves it, and every choice says why.

In: what is asked, the models that may be asked, what was measured of them. Out: an order with its reasons. Never: a
cheaper model taken on a quality that was not measured; a network, a clock or a draw in the choice itself.
"""
