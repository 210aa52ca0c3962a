"""What the checks of the exercises accept, a module a lesson: kept out of sight of who is still thinking."""
