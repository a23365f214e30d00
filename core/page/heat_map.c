/* SPDX-License-Identifier: MIT */
#include "heat_map.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "duration_text.h"
#include "html.h"

enum {
	PARTS_OF_TIME = 96,
	PARTS_OF_DECADE = 5,
	DECADES = 12, /* from 1 ns to 1000 s */
	ROWS = DECADES * PARTS_OF_DECADE,
	CELL_WIDTH = 9,
	CELL_HEIGHT = 9,
	LEFT = 64, /* for the labels */
	BOTTOM = 20,
	SHADES = 8,
};

static const int64_t SECOND = 1000000000;

struct heat_map {
	int64_t first, last; /* times */
	unsigned int cells[PARTS_OF_TIME][ROWS], failed[PARTS_OF_TIME][ROWS];
	size_t lowest, highest; /* rows that are drawn; the lowest one has a label */
	unsigned int most;	/* in one cell */
};

static size_t row_of(int64_t duration)
{
	double row = duration > 1 ? log10((double)duration) * PARTS_OF_DECADE : 0;

	return row < ROWS - 1 ? (size_t)row : ROWS - 1;
}

static size_t time_part(const struct heat_map *map, int64_t time)
{
	double share = map->last > map->first ?
			       (double)(time - map->first) / (double)(map->last - map->first) :
			       0;

	return share >= 1 ? PARTS_OF_TIME - 1 : (size_t)(share * PARTS_OF_TIME);
}

static void find_span(struct heat_map *map, const struct page_point *points, size_t count)
{
	map->first = map->last = points[0].time;
	for (size_t i = 1; i < count; i++) {
		map->first = points[i].time < map->first ? points[i].time : map->first;
		map->last = points[i].time > map->last ? points[i].time : map->last;
	}
}

static void fill_map(struct heat_map *map, const struct page_point *points, size_t count)
{
	find_span(map, points, count);
	map->lowest = ROWS - 1;
	for (size_t i = 0; i < count; i++) {
		size_t row = row_of(points[i].duration), part = time_part(map, points[i].time);

		map->cells[part][row]++;
		map->failed[part][row] += points[i].failed;
		map->most = map->cells[part][row] > map->most ? map->cells[part][row] : map->most;
		map->lowest = row < map->lowest ? row : map->lowest;
		map->highest = row > map->highest ? row : map->highest;
	}
	map->lowest -= map->lowest % PARTS_OF_DECADE;
}

/* From 1, one request, to SHADES. */
static int shade_of(const struct heat_map *map, unsigned int requests)
{
	double share = map->most > 1 ? log(requests) / log(map->most) : 1;

	return 1 + (int)(share * (SHADES - 1) + 0.5);
}

static size_t height_of(const struct heat_map *map)
{
	return (map->highest - map->lowest + 1) * CELL_HEIGHT;
}

static int y_of(const struct heat_map *map, size_t row)
{
	return (int)((map->highest - row) * CELL_HEIGHT);
}

static void write_rectangle(const struct heat_map *map, size_t part, size_t row,
			    struct text_buffer *text)
{
	unsigned int requests = map->cells[part][row], failed = map->failed[part][row];

	if (!requests)
		return;
	text_buffer_print(text,
			  "<rect class=\"%c%d\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\">",
			  failed * 2 > requests ? 'f' : 's', shade_of(map, requests),
			  LEFT + (int)part * CELL_WIDTH, y_of(map, row), CELL_WIDTH - 1,
			  CELL_HEIGHT - 1);
	text_buffer_print(text, "<title>%u requests, %u failed, about %s</title></rect>", requests,
			  failed,
			  duration_text((int64_t)pow(10, (row + 0.5) / PARTS_OF_DECADE)).text);
}

static void write_label(int x, int y, const char *anchor, const char *label,
			struct text_buffer *text)
{
	text_buffer_print(text, "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\">", x, y, anchor);
	html_text(text, label);
	html_markup(text, "</text>");
}

/* A label for each power of ten. */
static void write_durations(const struct heat_map *map, struct text_buffer *text)
{
	for (size_t decade = 0; decade < DECADES; decade++) {
		size_t row = decade * PARTS_OF_DECADE;

		if (row >= map->lowest && row <= map->highest)
			write_label(LEFT - 6, y_of(map, row) + CELL_HEIGHT, "end",
				    duration_text((int64_t)pow(10, decade)).text, text);
	}
}

/* With the date if it is not always the same. */
static void format_time(const struct heat_map *map, int64_t time, char *label, size_t size)
{
	time_t first = map->first / SECOND, last = map->last / SECOND, second = time / SECOND;
	struct tm begin, end, date;

	localtime_r(&first, &begin);
	localtime_r(&last, &end);
	localtime_r(&second, &date);
	if (begin.tm_yday == end.tm_yday && begin.tm_year == end.tm_year)
		strftime(label, size, "%H:%M:%S", &date);
	else
		strftime(label, size, "%Y-%m-%d %H:%M", &date);
}

static void write_times(const struct heat_map *map, struct text_buffer *text)
{
	const int64_t times[] = { map->first, map->first + (map->last - map->first) / 2,
				  map->last };
	static const char *const anchors[] = { "start", "middle", "end" };

	char before[32] = "";

	for (size_t i = 0; i < 3; i++) {
		char label[32];

		format_time(map, times[i], label, sizeof(label));
		if (strcmp(label, before) == 0)
			continue;
		strcpy(before, label);
		write_label(LEFT + (int)i * PARTS_OF_TIME * CELL_WIDTH / 2,
			    (int)height_of(map) + BOTTOM - 6, anchors[i], label, text);
	}
}

static void draw(const struct heat_map *map, struct text_buffer *text)
{
	text_buffer_print(text, "<svg class=\"map\" viewBox=\"0 -6 %d %zu\" role=\"img\">",
			  LEFT + PARTS_OF_TIME * CELL_WIDTH, height_of(map) + BOTTOM + 6);
	for (size_t part = 0; part < PARTS_OF_TIME; part++) {
		for (size_t row = map->lowest; row <= map->highest; row++)
			write_rectangle(map, part, row, text);
	}
	write_durations(map, text);
	write_times(map, text);
	html_markup(text, "</svg>\n");
}

void heat_map_write(const struct page_point *points, size_t count, struct text_buffer *text)
{
	struct heat_map *map = count ? calloc(1, sizeof(*map)) : NULL;

	if (!map) {
		text->failed |= count > 0;
		return;
	}
	fill_map(map, points, count);
	draw(map, text);
	free(map);
}
