"""What is handed out: wheel, sdist, desktop files."""
