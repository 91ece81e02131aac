"""SHOW and DESCRIBE, answered from the catalog as Athena's Hive DDL does; knows no engine."""
