"""The ledger's laws in the database: what is only ever added; and what the proof counts with.

One statement-level trigger on each of these tables refuses UPDATE, DELETE and TRUNCATE, whoever
asks: the application, a shell, a psql session. The aggregate is the least common multiple of
numbers, which has thirds and sevenths of prices added up exactly.
"""

from django.db import migrations

REFUSE_CHANGE = """
    CREATE FUNCTION saleor_loyalty_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% on % refused: its rows are only ever added', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation',
                  HINT = 'Add a row that corrects or replaces the one that is wrong.';
    END
    $$
"""
APPEND_ONLY = """
    CREATE TRIGGER saleor_loyalty_append_only BEFORE UPDATE OR DELETE OR TRUNCATE
    ON {table} FOR EACH STATEMENT EXECUTE FUNCTION saleor_loyalty_refuse_change()
"""
APPEND_ONLY_TABLES = (
    "saleor_loyalty_entry",
    "saleor_loyalty_orderpart",
    "saleor_loyalty_programversion",
    "saleor_loyalty_channelterms",
    "saleor_loyalty_rewardversion",
    "saleor_loyalty_rewardterms",
    "saleor_loyalty_auditrecord",
)
LEAST_COMMON_MULTIPLE = """
    CREATE AGGREGATE saleor_loyalty_lcm(numeric) (SFUNC = lcm, STYPE = numeric, INITCOND = '1')
"""


class Migration(migrations.Migration):
    dependencies = [("saleor_loyalty", "0001_initial")]

    operations = [
        migrations.RunSQL(
            REFUSE_CHANGE, reverse_sql="DROP FUNCTION saleor_loyalty_refuse_change()"
        ),
        *(
            migrations.RunSQL(
                APPEND_ONLY.format(table=table),
                reverse_sql=f"DROP TRIGGER saleor_loyalty_append_only ON {table}",
            )
            for table in APPEND_ONLY_TABLES
        ),
        migrations.RunSQL(
            LEAST_COMMON_MULTIPLE, reverse_sql="DROP AGGREGATE saleor_loyalty_lcm(numeric)"
        ),
    ]
