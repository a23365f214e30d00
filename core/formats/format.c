/* SPDX-License-Identifier: MIT */
#include "format.h"

#include "format_type.h"

void format_destroy(struct format *format)
{
	if (format)
		format->destroy(format);
}

void format_set_width(struct format *format, size_t width)
{
	if (format->set_width)
		format->set_width(format, width);
}

int format_heading(struct format *format, const struct event *event, struct bytes *ret_line)
{
	*ret_line = (struct bytes){ 0 };
	return format->heading ? format->heading(format, event, ret_line) : 0;
}

int format_line(struct format *format, const struct event *event, struct bytes *ret_line)
{
	return format->line(format, event, ret_line);
}

int format_held_line(struct format *format, const struct event *event, struct bytes *ret_line)
{
	return format->held_line ? format->held_line(format, event, ret_line) :
				   format->line(format, event, ret_line);
}
