"""The Historical Event Viewer Service: SQL over HTTP on Amazon Athena."""
