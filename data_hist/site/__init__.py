"""What a browser is shown: the landing page, the pages of problems, and Swagger UI."""
