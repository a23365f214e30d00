/* SPDX-License-Identifier: MIT */
#include "format.h"

#include "format_type.h"

void format_destroy(struct format *format)
{
	if (format)
		format->destroy(format);
}

int format_line(struct format *format, const struct event *event, struct bytes *ret_line)
{
	return format->line(format, event, ret_line);
}
