/* SPDX-License-Identifier: MIT */
#include "page_data.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"

struct page_data {
	struct summary *summary;
	struct page_point *points;
	size_t count;
	struct page_slow slowest[PAGE_SLOWEST]; /* the slowest first */
	size_t slow_count;
	uint64_t lost;
};

int page_data_create(struct page_data **ret_data)
{
	struct page_data *data = calloc(1, sizeof(*data));

	if (!data || summary_create(&data->summary) < 0) {
		free(data);
		return -ENOMEM;
	}
	*ret_data = data;
	return 0;
}

void page_data_destroy(struct page_data *data)
{
	if (!data)
		return;
	for (size_t i = 0; i < data->slow_count; i++)
		free(data->slowest[i].made);
	summary_destroy(data->summary);
	free(data->points);
	free(data);
}

static void copy_request(const struct summary_request *request, struct page_request *copy)
{
	*copy = (struct page_request){ .time = request->time,
				       .duration = request->duration,
				       .status = request->status,
				       .id = request->id,
				       .failed = request->failed,
				       .is_client = request->is_client };
	snprintf(copy->service, sizeof(copy->service), "%s", request->service);
	snprintf(copy->method, sizeof(copy->method), "%s", request->method ? request->method : "-");
	snprintf(copy->outcome, sizeof(copy->outcome), "%s",
		 request->outcome ? request->outcome : "");
	snprintf(copy->path, sizeof(copy->path), "%s", request->path ? request->path : "-");
}

static int page_point_add(struct page_data *data, const struct summary_request *request)
{
	struct page_point *points = array_grow(data->points, data->count, sizeof(*points));

	if (!points)
		return -ENOMEM;
	data->points = points;
	points[data->count++] =
		(struct page_point){ request->time, request->duration, request->failed };
	return 0;
}

static void keep_if_slow(struct page_data *data, const struct summary_request *request)
{
	size_t at = data->slow_count;

	while (at > 0 && data->slowest[at - 1].request.duration < request->duration)
		at--;
	if (at == PAGE_SLOWEST)
		return;
	if (data->slow_count < PAGE_SLOWEST)
		data->slow_count++;
	memmove(data->slowest + at + 1, data->slowest + at,
		(data->slow_count - at - 1) * sizeof(data->slowest[0]));
	data->slowest[at] = (struct page_slow){ 0 };
	copy_request(request, &data->slowest[at].request);
}

int page_data_add(void *user, const struct summary_request *request)
{
	struct page_data *data = user;
	int r = summary_add(data->summary, request);

	if (r < 0 || request->is_client || request->duration < 0)
		return r;
	keep_if_slow(data, request);
	return page_point_add(data, request);
}

static struct page_slow *find_slow(struct page_data *data, uint64_t id)
{
	for (size_t i = 0; id && i < data->slow_count; i++) {
		if (data->slowest[i].request.id == id)
			return &data->slowest[i];
	}
	return NULL;
}

int page_data_add_made(void *user, const struct summary_request *request)
{
	struct page_slow *slow = find_slow(user, request->within);
	struct page_request *made;

	if (!slow || slow->made_count == PAGE_MADE)
		return 0;
	made = array_grow(slow->made, slow->made_count, sizeof(*made));
	if (!made)
		return -ENOMEM;
	slow->made = made;
	copy_request(request, &made[slow->made_count++]);
	return 0;
}

const struct page_point *page_data_points(const struct page_data *data, size_t *ret_count)
{
	*ret_count = data->count;
	return data->points;
}

const struct page_slow *page_data_slowest(const struct page_data *data, size_t *ret_count)
{
	*ret_count = data->slow_count;
	return data->slowest;
}

struct summary *page_data_summary(const struct page_data *data)
{
	return data->summary;
}

void page_data_set_lost(struct page_data *data, uint64_t lost)
{
	data->lost = lost;
}

uint64_t page_data_lost(const struct page_data *data)
{
	return data->lost;
}
