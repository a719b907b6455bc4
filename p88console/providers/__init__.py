"""Translators between the providers' wire forms and the field's own terms."""
