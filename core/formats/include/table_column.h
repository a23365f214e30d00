/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_TABLE_COLUMN_H
#define GOHTTPSNOOP_CORE_TABLE_COLUMN_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"

/* The columns of a table. What a column shows has the same name as the key of an event, if there is one. */
enum table_column {
	COLUMN_TIME,
	COLUMN_PID,
	COLUMN_TID,
	COLUMN_GOID,
	COLUMN_COMM,
	COLUMN_EXE,
	COLUMN_REQUEST,
	COLUMN_STATUS,
	COLUMN_OUTCOME,
	COLUMN_DURATION,
	COLUMN_REQUEST_BYTES,
	COLUMN_RESPONSE_BYTES,
	COLUMN_HOST,
	COLUMN_REMOTE,
	COLUMN_PROTOCOL,
	COLUMN_LIBRARY,
	COLUMN_ROUTE,
	COLUMN_FUNCTION,
	COLUMN_METHOD,
	COLUMN_PATH,	 /* with the query; of a call among requests its function */
	COLUMN_CAPTURES, /* has no heading */
	COLUMN_COUNT
};

struct table_columns {
	enum table_column items[COLUMN_COUNT];
	size_t count;
};

/* Parses "time,status,path"; -EINVAL, with the names that there are, if one is not a column or stands twice. */
int table_columns_parse(const char *text, struct table_columns *ret_columns, struct error *err);

enum time_style {
	TIME_CLOCK, /* 17:45:02.286089, in local time */
	TIME_ISO,   /* 2026-11-29T17:45:02.286089123Z */
	TIME_EPOCH, /* 1795974302.286089 */
	TIME_DELTA, /* +0.012345: seconds since the row before */
	TIME_NONE,  /* no column */
};

int time_style_parse(const char *text, enum time_style *ret_style, struct error *err);

#endif
