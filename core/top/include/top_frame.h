/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_TOP_FRAME_H
#define GOHTTPSNOOP_CORE_TOP_FRAME_H

#include "text_buffer.h"
#include "top_model.h"

/* What a user looks at. */
struct top_view {
	enum top_order order;
	const char *filter;  /* text that rows contain; NULL or "": all rows */
	uint64_t selected;   /* the number of a row; 0, or that of no row: the first one */
	bool shows_requests; /* those of the selected row, instead of rows */
	bool paused;
	bool typing;	      /* the filter is being typed */
	size_t width, height; /* of the screen, in columns and lines; 0: as many as are needed */
	int64_t time;	      /* nanoseconds since the epoch */
	uint64_t lost;
};

/* Which line of a frame is highlighted; none: SIZE_MAX. */
struct top_frame {
	struct text_buffer text; /* lines, each with a newline; the caller releases it */
	size_t highlighted;
};

/* Renders what the view shows. The text is marked as failed if memory ran out. */
void top_frame_write(struct top_model *model, const struct top_view *view,
		     struct top_frame *ret_frame);

#endif
