"""What a race day is made of, without any machinery."""
