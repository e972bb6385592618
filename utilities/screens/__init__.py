"""Paired televisions: the codes that they show, their credentials, and what each of them is for."""
