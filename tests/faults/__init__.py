"""What goes wrong with treadmills and links, and what must stay true all the same."""
