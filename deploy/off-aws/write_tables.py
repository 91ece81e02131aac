"""Write the tables of an archive for the endpoint and Trino: `write_tables.py FOLDER LOCATION`.

FOLDER gets `tables.json` and `metastore`; LOCATION is the folder of the topics, such as `s3://archive/`.
"""

import json
import sys
from pathlib import Path

from local_athena.backends.trino.hive_tables import write_hive_tables
from local_athena.tables import read_catalog

from data_hist.catalog.document import load_document
from data_hist.catalog.glue import glue_documents
from data_hist.settings import catalog_asked_for

folder, location = Path(sys.argv[1]), sys.argv[2]
documents = glue_documents(load_document(catalog_asked_for()).sources, location)
tables = folder / "tables.json"
tables.write_text(json.dumps(documents, indent=2), encoding="utf-8")
write_hive_tables(read_catalog(tables), None, folder / "metastore")
