"""The pages for browsers: the viewer, Swagger UI, the start page, and the problem pages."""
