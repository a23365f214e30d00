/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_TABLE_COLUMNS_H
#define GOHTTPSNOOP_CORE_TABLE_COLUMNS_H

#include <stdbool.h>

#include "format.h"
#include "timestamp.h"

/* Which columns a table has; `width` is that of the terminal, 0: there is none. */
struct table_columns table_columns_of_requests(const struct format_options *options, size_t width);
struct table_columns table_columns_of_calls(const struct format_options *options, size_t width,
					    bool has_duration, bool has_request);

bool table_columns_equal(const struct table_columns *a, const struct table_columns *b);

size_t table_column_width(enum table_column column, enum time_style style);
const char *table_column_heading(enum table_column column);

#endif
