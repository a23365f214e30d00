/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_HEAT_MAP_H
#define GOHTTPSNOOP_CORE_HEAT_MAP_H

#include "page_data.h"
#include "text_buffer.h"

/*
 * Adds a drawing (SVG) of when requests took how long: a cell for a part of the time and of the durations, the darker the
 * more requests it has. Durations are on a logarithmic scale. Nothing if there are no points.
 */
void heat_map_write(const struct page_point *points, size_t count, struct text_buffer *text);

#endif
