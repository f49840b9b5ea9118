"""The routes, a module for each resource. Only here are Flask's globals read."""
