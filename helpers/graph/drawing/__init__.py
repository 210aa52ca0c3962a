"""The graph in the page: Netron's drawing in a frame, and what stands beside it.

``_netron`` makes the frame's page from the installed package, ``_netron_host.js`` runs inside it, ``view.js`` around
it, and ``view`` is the widget in Python. ``_contents`` knows the graph by name, ``_details`` tells of one thing in it.
"""
