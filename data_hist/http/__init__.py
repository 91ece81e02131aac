"""Everything about HTTP and nothing else: operations, serializers, problems, and middleware."""
