"""How the schema came to be: Alembic's revisions, shipped with the program."""
