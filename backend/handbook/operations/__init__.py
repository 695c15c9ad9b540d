"""What the administrator does from the command line: first start, migrations, serving, backup and restore."""
