"""The triggers that make the ledger append-only, on SQLite and on PostgreSQL.

Facts, entries and checkpoints can only be added; a tile can only grow. Whoever can alter the schema can
drop a trigger, so the sequencer looks for each of them, and at its exact text, before it signs.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

APPEND_ONLY = {"ledger_fact": "id", "ledger_entry": "idx", "ledger_checkpoint": "size"}
TABLES = (*APPEND_ONLY, "ledger_tile")
TAKEN = "case and seq are taken"

# --- SQLite -----------------------------------------------------------------------------------
# INSERT OR REPLACE deletes the row in its way without firing a delete trigger, and ON CONFLICT DO UPDATE
# decides after the insert triggers ran: so the insert itself is refused where a row is in the way.


def _refuse(name: str, event: str, table: str, when: str, reason: str) -> tuple[str, str]:
    condition = f" WHEN {when}" if when else ""
    return name, (
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW{condition}"
        f" BEGIN SELECT RAISE(ABORT, '{table}: {reason}'); END"
    )


def _sqlite() -> dict[str, str]:
    made = []
    for table, key in APPEND_ONLY.items():
        occupied = f"EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"
        made += [
            _refuse(f"{table}_no_update", "UPDATE", table, "", "rows are never changed"),
            _refuse(f"{table}_no_delete", "DELETE", table, "", "rows are never deleted"),
            _refuse(f"{table}_no_replace", "INSERT", table, occupied, "rows are never replaced"),
        ]
    case = "EXISTS (SELECT 1 FROM ledger_fact WHERE case_id = NEW.case_id AND seq = NEW.seq)"
    fact = "EXISTS (SELECT 1 FROM ledger_entry WHERE fact_id = NEW.fact_id)"
    tile = "EXISTS (SELECT 1 FROM ledger_tile WHERE level = NEW.level AND n = NEW.n)"
    shrinks = (
        "NEW.level <> OLD.level OR NEW.n <> OLD.n"
        " OR substr(NEW.hashes, 1, length(OLD.hashes)) IS NOT OLD.hashes"
    )
    made += [
        _refuse("ledger_fact_no_retake", "INSERT", "ledger_fact", case, TAKEN),
        _refuse("ledger_entry_no_retake", "INSERT", "ledger_entry", fact, "the fact has its entry"),
        _refuse("ledger_tile_no_replace", "INSERT", "ledger_tile", tile, "rows are never replaced"),
        _refuse("ledger_tile_no_delete", "DELETE", "ledger_tile", "", "rows are never deleted"),
        _refuse("ledger_tile_grows", "UPDATE", "ledger_tile", shrinks, "a tile only grows"),
        (
            "ledger_fact_waits",
            "CREATE TRIGGER ledger_fact_waits AFTER INSERT ON ledger_fact FOR EACH ROW"
            " BEGIN INSERT INTO ledger_pending (fact_id) VALUES (NEW.id); END",
        ),
    ]
    return dict(made)


SQLITE = _sqlite()

# --- PostgreSQL -------------------------------------------------------------------------------
# ENABLE ALWAYS: they fire even under session_replication_role = replica.

_RAISE = "RAISE EXCEPTION '%: {}', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';"
FUNCTIONS = {
    "ledger_refuse": "BEGIN " + _RAISE.format("rows are never changed or deleted") + " END",
    "ledger_grow": (
        "BEGIN IF NEW.level <> OLD.level OR NEW.n <> OLD.n"
        " OR substring(NEW.hashes FROM 1 FOR octet_length(OLD.hashes)) IS DISTINCT FROM OLD.hashes"
        " THEN " + _RAISE.format("a tile only grows") + " END IF; RETURN NEW; END"
    ),
    "ledger_wait": "BEGIN INSERT INTO ledger_pending (fact_id) VALUES (NEW.id); RETURN NULL; END",
}


def _postgresql() -> dict[str, str]:
    made = {}
    for table in TABLES:
        changes = "DELETE OR UPDATE" if table in APPEND_ONLY else "DELETE"
        made[f"{table}_no_change"] = (
            f"CREATE TRIGGER {table}_no_change BEFORE {changes} ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION ledger_refuse()"
        )
        made[f"{table}_no_truncate"] = (
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()"
        )
    made["ledger_tile_grows"] = (
        "CREATE TRIGGER ledger_tile_grows BEFORE UPDATE ON ledger_tile"
        " FOR EACH ROW EXECUTE FUNCTION ledger_grow()"
    )
    made["ledger_fact_waits"] = (
        "CREATE TRIGGER ledger_fact_waits AFTER INSERT ON ledger_fact"
        " FOR EACH ROW EXECUTE FUNCTION ledger_wait()"
    )
    return made


POSTGRESQL = _postgresql()


def install(connection: BaseDatabaseWrapper) -> None:
    """Create every trigger; the migration that makes the tables calls it once."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for statement in SQLITE.values():
                cursor.execute(statement)
            return
        for name, body in FUNCTIONS.items():
            cursor.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body${body}$body$")
        for name, statement in POSTGRESQL.items():
            cursor.execute(statement)
            table = statement.partition(" ON ")[2].partition(" ")[0]
            cursor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of the triggers (and of the functions they run) that are gone, disabled or altered."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            found = dict(cursor.fetchall())
            return [name for name, statement in SQLITE.items() if found.get(name) != statement]
        cursor.execute(
            "SELECT tgname, CASE tgenabled WHEN 'A' THEN pg_get_triggerdef(oid, true) END FROM pg_trigger"
            " WHERE NOT tgisinternal AND tgrelid IN (SELECT to_regclass(t) FROM unnest(%s::text[]) AS t)"
            " UNION ALL SELECT proname, prosrc FROM pg_proc"
            " WHERE proname = ANY(%s) AND pronamespace = current_schema()::regnamespace",
            [list(TABLES), list(FUNCTIONS)],
        )
        found = dict(cursor.fetchall())
        expected = POSTGRESQL | FUNCTIONS
        return [name for name, text in expected.items() if found.get(name) != text]
