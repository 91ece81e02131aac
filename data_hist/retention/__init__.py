"""How long anything is kept: where results lie, when they go, what is archived already."""
