/* SPDX-License-Identifier: MIT */
#include "presets.h"

#include <string.h>

#include "release_range.h"
#include "row_notation.h"

/* ---- database/sql: every statement, whatever the driver. A query takes until its first row can be read. ---- */

#define SQL "database/sql."
#define DB SQL "(*DB)."
#define STATEMENT SQL "(*Stmt)."

static const char *const sql[] = {
	DB "queryDC(query, driver=type(dc.ci), error=ret1)",
	DB "execDC(query, driver=type(dc.ci), error=ret1)",
	STATEMENT "QueryContext(query=s.query, error=ret1)",
	STATEMENT "ExecContext(query=s.query, error=ret1)",
	NULL,
};

/* golang/go src/database/sql/sql.go: the parameters of these functions are the same from Go 1.12 on. */
#define CONNECTION "dc *" SQL "driverConn, release func(error), query string, args []interface {}"
#define ARGUMENTS "ctx context.Context, args []interface {}"
#define ALWAYS 0, LATER

static const struct layout_function sql_functions[] = {
	{ DB "queryDC", "db *" SQL "DB, ctx context.Context, txctx context.Context, " CONNECTION,
	  "*" SQL "Rows, error", ALWAYS },
	{ DB "execDC", "db *" SQL "DB, ctx context.Context, " CONNECTION, SQL "Result, error",
	  ALWAYS },
	{ STATEMENT "QueryContext", "s *" SQL "Stmt, " ARGUMENTS, "*" SQL "Rows, error", ALWAYS },
	{ STATEMENT "ExecContext", "s *" SQL "Stmt, " ARGUMENTS, SQL "Result, error", ALWAYS },
};

static const struct library sql_library = {
	.functions = sql_functions,
	.function_count = COUNT(sql_functions),
};

const struct preset presets[] = {
	{ "sql", sql, &sql_library },
};

const size_t preset_count = COUNT(presets);

const struct preset *preset_find(const char *name)
{
	for (size_t i = 0; i < preset_count; i++) {
		if (strcmp(presets[i].name, name) == 0)
			return &presets[i];
	}
	return NULL;
}
