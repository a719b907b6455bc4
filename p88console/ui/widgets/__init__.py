"""What the screens are made of; each widget paints what it is handed."""
