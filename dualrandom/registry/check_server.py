"""Is an office's schema on PostgreSQL built as this program builds it?

Border: reads the server's catalogue. What is there, and what should be, are maps from
a name to a text; :mod:`.check_storage` compares them.

- Found: a table, column, constraint, index, function, trigger, rule or right that is
  missing, changed, switched off, or not known.
- Of a constraint its words are not compared, only that it is there and holds: what it
  would let in, the rows themselves tell.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text
from sqlalchemy.schema import CreateTable

from dualrandom.registry.address import Role, role_name
from dualrandom.registry.functions import TAKE_TURN, functions, triggers
from dualrandom.registry.roles import READERS, grants
from dualrandom.registry.tables import VERSION_TABLE, metadata

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection, Dialect

    from dualrandom.registry.functions import Trigger

# In each query :office is the schema's number, :owner the owner's.
_RELATIONS: Final = """
SELECT 'relation ' || relname, relkind::text
    || CASE WHEN relowner = :owner THEN '' ELSE ' of somebody else' END
    || CASE WHEN relrowsecurity THEN ' by row' ELSE '' END
    || CASE WHEN relpersistence = 'p' THEN '' ELSE ' not kept' END
FROM pg_class WHERE relnamespace = :office AND relkind NOT IN ('i', 't')
"""
_COLUMNS: Final = """
SELECT 'column ' || relname || '.' || attname, format_type(atttypid, atttypmod)
    || CASE WHEN atttypid = 'text'::regtype AND attcollation <> '"C"'::regcollation
            THEN ' in another order' ELSE '' END
    || CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END
    || CASE WHEN atthasdef THEN ' DEFAULT' ELSE '' END
FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
WHERE relnamespace = :office AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
"""
_CONSTRAINTS: Final = """
SELECT 'constraint ' || relname || '.' || conname,
    CASE WHEN convalidated THEN '' ELSE 'not checked' END
FROM pg_class JOIN pg_constraint ON conrelid = pg_class.oid
WHERE relnamespace = :office AND contype <> 'n'
"""
_INDEXES: Final = """
SELECT 'index ' || relname, CASE WHEN indisunique THEN ' UNIQUE' ELSE '' END
    || CASE WHEN indisvalid AND indisready THEN '' ELSE ' not in use' END
FROM pg_class JOIN pg_index ON indexrelid = pg_class.oid WHERE relnamespace = :office
"""
_FUNCTIONS: Final = """
SELECT 'function ' || proname, prosrc || ' ' || prosecdef::text || ' '
    || coalesce(array_to_string(proconfig, ' '), '')
    || CASE WHEN proowner = :owner THEN '' ELSE ' of somebody else' END
FROM pg_proc WHERE pronamespace = :office
"""
_TRIGGERS: Final = """
SELECT 'trigger ' || relname || '.' || tgname, tgtype::text || ' ' || proname || ' '
    || encode(tgargs, 'escape') || ' ' || tgenabled::text
    || CASE WHEN tgqual IS NULL AND tgattr = '' THEN '' ELSE ' sometimes' END
FROM pg_class JOIN pg_trigger ON tgrelid = pg_class.oid
    JOIN pg_proc ON pg_proc.oid = tgfoid
WHERE relnamespace = :office AND NOT tgisinternal
"""
_RULES: Final = """
SELECT 'rule ' || relname || '.' || rulename, ''
FROM pg_class JOIN pg_rewrite ON ev_class = pg_class.oid WHERE relnamespace = :office
"""
_RIGHTS: Final = """
SELECT 'right ' || CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(grantee) END
    || ' ' || privilege_type || part || ' ' || name, ''
FROM (
  SELECT relname AS name, '' AS part, relacl AS acl
    FROM pg_class WHERE relnamespace = :office
  UNION ALL SELECT relname, ' (' || attname || ')', attacl
    FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
    WHERE relnamespace = :office AND NOT attisdropped
  UNION ALL SELECT nspname, '', nspacl FROM pg_namespace WHERE oid = :office
  UNION ALL SELECT proname, '', coalesce(proacl, acldefault('f', proowner))
    FROM pg_proc WHERE pronamespace = :office
) given CROSS JOIN LATERAL aclexplode(acl) WHERE grantee <> :owner
"""
_QUERIES: Final = (
    *(_RELATIONS, _COLUMNS, _CONSTRAINTS, _INDEXES),
    *(_FUNCTIONS, _TRIGGERS, _RULES, _RIGHTS),
)
_NUMBERS: Final = """
SELECT nspname, quote_ident(nspname) AS quoted,
    pg_namespace.oid AS office, pg_roles.oid AS owner
FROM pg_namespace LEFT JOIN pg_roles ON rolname = nspname || '_owner'
WHERE nspname = current_schema()
"""
_TYPES: Final = {
    "TEXT": "text",
    "BIGINT": "bigint",
    "INTEGER": "integer",
    "BYTEA": "bytea",
}
# pg_trigger.tgtype: bits of "for each row", "before", and the action.
_BITS: Final = {"INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}
_ROW, _BEFORE = 1, 2


def found(connection: Connection) -> Mapping[str, str]:
    """Return what is in the office's schema, by name."""
    at = connection.execute(text(_NUMBERS)).one()
    numbers = {"office": at.office, "owner": at.owner}
    return {
        str(name): str(said)
        for query in _QUERIES
        for name, said in connection.execute(text(query), numbers)
    }


def expected(connection: Connection) -> Mapping[str, str]:
    """Return what this program would have made in it, by name."""
    at = connection.execute(text(_NUMBERS)).one()
    schema, path = at.nspname, f"search_path=pg_catalog, {at.quoted}, pg_temp"
    made = dict(_tables(connection.dialect))
    for function in functions():
        rights = "true" if function.owners else "false"
        made[f"function {function.name}"] = f"{function.body} {rights} {path}"
    for trigger in triggers():
        made[f"trigger {trigger.table}.{trigger.name}"] = _trigger(trigger)
    for grantee, table, privilege in grants(schema):
        made[f"right {grantee} {privilege} {table}"] = ""
    made[f"right {role_name(schema, Role.OFFICER)} EXECUTE {TAKE_TURN}"] = ""
    for role in READERS:
        made[f"right {role_name(schema, role)} USAGE {schema}"] = ""
    return made


def _tables(dialect: Dialect) -> Iterator[tuple[str, str]]:
    yield f"relation {VERSION_TABLE}", "r"
    yield f"column {VERSION_TABLE}.version_num", "character varying(32) NOT NULL"
    yield f"constraint {VERSION_TABLE}.{VERSION_TABLE}_pkc", ""
    yield f"index {VERSION_TABLE}_pkc", " UNIQUE"
    for table in metadata.tables.values():
        yield f"relation {table.name}", "r"
        for column in table.c:
            type_ = _TYPES[column.type.compile(dialect=dialect)]
            needed = "" if column.nullable else " NOT NULL"
            yield f"column {table.name}.{column.name}", f"{type_}{needed}"
        made: Any = CreateTable(table).compile(dialect=dialect)
        for name, kind in re.findall(r"CONSTRAINT (\w+) (\w+)", str(made)):
            yield f"constraint {table.name}.{name}", ""
            if kind in ("PRIMARY", "UNIQUE"):
                yield f"index {name}", " UNIQUE"
        for index in table.indexes:
            yield f"index {index.name}", " UNIQUE" if index.unique else ""


def _trigger(trigger: Trigger) -> str:
    kind = _BITS[trigger.action] + _BEFORE + (_ROW if trigger.row else 0)
    return f"{kind} {trigger.function} {trigger.says}\\000 O"
