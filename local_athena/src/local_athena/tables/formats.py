"""The formats of tables: their names in Trino, and the SerDes that stand for them in Glue."""

from enum import StrEnum


class TableFormat(StrEnum):
    """What the files of a table hold."""

    AVRO = "AVRO"
    CSV = "CSV"
    GROK = "GROK"
    ION = "ION"
    JSON = "JSON"
    OPENX_JSON = "OPENX_JSON"
    ORC = "ORC"
    PARQUET = "PARQUET"
    REGEX = "REGEX"
    TEXTFILE = "TEXTFILE"

    @property
    def has_columns_of_serde(self) -> bool:
        """Whether Hive knows the columns from the SerDe, which has no comments."""
        return self not in (TableFormat.ORC, TableFormat.PARQUET, TableFormat.TEXTFILE)


SERDES = {
    "org.openx.data.jsonserde.JsonSerDe": TableFormat.OPENX_JSON,
    "org.apache.hive.hcatalog.data.JsonSerDe": TableFormat.JSON,
    "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe": TableFormat.PARQUET,
    "com.amazon.ionhiveserde.IonHiveSerDe": TableFormat.ION,
    "com.amazonaws.glue.serde.GrokSerDe": TableFormat.GROK,
    "org.apache.hadoop.hive.ql.io.orc.OrcSerde": TableFormat.ORC,
    "org.apache.hadoop.hive.serde2.OpenCSVSerde": TableFormat.CSV,
    "org.apache.hadoop.hive.serde2.RegexSerDe": TableFormat.REGEX,
    "org.apache.hadoop.hive.serde2.avro.AvroSerDe": TableFormat.AVRO,
    "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe": TableFormat.TEXTFILE,
}
