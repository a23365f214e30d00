/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PAGE_H
#define GOHTTPSNOOP_CORE_PAGE_H

#include "page_data.h"
#include "text_buffer.h"

/*
 * Writes a page of HTML that needs nothing else: latency over time, percentiles by route, and the slowest requests with
 * what was requested for each of them. Whatever bytes requests contain, they are shown as text. The text is marked as
 * failed if memory ran out.
 */
void page_write(const struct page_data *data, const char *title, struct text_buffer *text);

#endif
