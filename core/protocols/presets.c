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

/* ---- go-redis: every command and every pipeline, each with all its attempts ---- */

/* Only its name: what follows can be a password, as in the command with which the library opens a connection. */
#define COMMAND(package) "command=cmd.data.(*" package ".baseCmd).args[0].(string)"
#define CLIENT(package) package ".(*baseClient)."
#define REDIS_FUNCTIONS(package)                                                  \
	CLIENT(package)                                                           \
	"process(" COMMAND(package) ", error=ret)",                               \
		CLIENT(package) "processPipeline(commands=len(cmds), error=ret)", \
		CLIENT(package) "processTxPipeline(commands=len(cmds), error=ret)"

#define V8 "github.com/go-redis/redis/v8"
#define V9 "github.com/redis/go-redis/v9"

static const char *const redis[] = { REDIS_FUNCTIONS(V8), REDIS_FUNCTIONS(V9), NULL };

/* redis/go-redis redis.go: the parameters are the same in 8 and 9. */
#define REDIS_SIGNATURE(package, name, last)                                                   \
	{                                                                                      \
		CLIENT(package)                                                                \
		name, "c *" package ".baseClient, ctx context.Context, " last, "error", ALWAYS \
	}
#define REDIS_SIGNATURES(package)                                                        \
	REDIS_SIGNATURE(package, "process", "cmd " package ".Cmder"),                    \
		REDIS_SIGNATURE(package, "processPipeline", "cmds []" package ".Cmder"), \
		REDIS_SIGNATURE(package, "processTxPipeline", "cmds []" package ".Cmder")

static const struct layout_function redis_functions[] = { REDIS_SIGNATURES(V8),
							  REDIS_SIGNATURES(V9) };

static const struct library redis_library = {
	.functions = redis_functions,
	.function_count = COUNT(redis_functions),
};

const struct preset presets[] = {
	{ "sql", sql, &sql_library },
	{ "redis", redis, &redis_library },
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
