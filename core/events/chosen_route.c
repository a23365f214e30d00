/* SPDX-License-Identifier: MIT */
#include "chosen_route.h"

#include <string.h>

#include "minimum.h"

enum { NOT_FOUND = 404, METHOD_NOT_ALLOWED = 405 };

void chosen_route_set(struct chosen_route *chosen, const struct text *route)
{
	if (route->presence != PRESENT || !route->size)
		return;
	chosen->size = minimum(route->size, sizeof(chosen->text));
	chosen->length = minimum(route->length, UINT32_MAX);
	memcpy(chosen->text, route->data, chosen->size);
}

static void append_part(struct chosen_route *chosen, const struct text *part)
{
	uint32_t room = sizeof(chosen->text) - chosen->size;
	uint32_t size = (uint32_t)minimum(part->size, room);

	/* Behind a part that was cut there is no more. */
	if (chosen->size == chosen->length) {
		memcpy(chosen->text + chosen->size, part->data, size);
		chosen->size += size;
	}
	chosen->length += (uint32_t)part->length;
}

/* Returns the part without the star at its end and the slash before it if the next part begins with that slash. */
static struct text without_star(const struct text *part, const struct text *next)
{
	struct text text = *part;

	if (text.size == text.length && text.size >= 2 &&
	    memcmp(text.data + text.size - 2, "/*", 2) == 0 && next->size && next->data[0] == '/')
		text.length = text.size -= 2;
	return text;
}

static void trim_slashes(struct chosen_route *chosen)
{
	while (chosen->size == chosen->length && chosen->size > 1 &&
	       chosen->text[chosen->size - 1] == '/')
		chosen->length = --chosen->size;
}

void chosen_route_join(struct chosen_route *chosen, const struct text *parts, size_t count)
{
	struct chosen_route joined = { .size = 0 };

	for (size_t i = 0; i < count; i++) {
		struct text part = parts[i];

		if (part.presence != PRESENT)
			return;
		if (i + 1 < count)
			part = without_star(&part, &parts[i + 1]);
		append_part(&joined, &part);
	}
	trim_slashes(&joined);
	*chosen = joined;
}

void chosen_route_put(const struct chosen_route *chosen, struct event *event)
{
	if (chosen->size)
		event->route = (struct text){ PRESENT, chosen->text, chosen->size, chosen->length };
}

/* "/api/" or "GET /api/{rest...}". */
static bool is_for_many(const struct text *route)
{
	static const char REST[] = "...}";
	size_t rest = sizeof(REST) - 1;

	if (route->data[route->size - 1] == '/')
		return true;
	return route->size >= rest && memcmp(route->data + route->size - rest, REST, rest) == 0;
}

/* Returns the part of the pattern "GET example.com/api/" that is about the path. */
static struct text path_of(const struct text *route)
{
	const char *slash = memchr(route->data, '/', route->size);
	size_t before = slash ? (size_t)(slash - route->data) : 0;

	return (struct text){ .data = route->data + before, .size = route->size - before };
}

static bool is_whole_path(const struct text *route, const struct text *path)
{
	struct text routed = path_of(route);

	return routed.size == path->size && memcmp(routed.data, path->data, routed.size) == 0;
}

bool chosen_route_is_wanted(const struct event *event)
{
	if (event->type != EVENT_REQUEST || event->outcome != OUTCOME_OK ||
	    event->status.presence != PRESENT || event->status.value == NOT_FOUND ||
	    event->status.value == METHOD_NOT_ALLOWED)
		return false;
	if (event->route.presence != PRESENT || !event->route.size)
		return true;
	return is_for_many(&event->route) && event->path.presence == PRESENT &&
	       !is_whole_path(&event->route, &event->path);
}
