"""The pages for browsers: the landing page, the problem pages, and Swagger UI."""
