"""One module a revision; each is fixed for ever once released."""
