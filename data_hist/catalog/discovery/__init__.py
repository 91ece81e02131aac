"""Write a first catalog from the files of an archive, and compare a catalog with them."""
