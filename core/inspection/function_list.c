/* SPDX-License-Identifier: MIT */
#include "function_list.h"

#include <errno.h>
#include <stdlib.h>

#include "array.h"
#include "function_set.h"

void function_list_finish(struct function_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i].requests);
	free(list->items);
	*list = (struct function_list){ 0 };
}

/* Code outside of the file's segments is refused later; until then functions are compared by address. */
static uint64_t place_of(const struct binary *binary, const struct function *function)
{
	uint64_t file_offset;

	return image_file_offset(binary->image, function->entry, &file_offset) ? file_offset :
										 function->entry;
}

static struct listed_function *find_place(struct function_list *list, uint64_t file_offset)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i].file_offset == file_offset)
			return &list->items[i];
	}
	return NULL;
}

static struct listed_function *append_listed(struct function_list *list,
					     const struct function *function, uint64_t file_offset)
{
	struct listed_function *items = array_grow(list->items, list->count, sizeof(*items));

	if (!items)
		return NULL;
	list->items = items;
	items[list->count] =
		(struct listed_function){ .function = *function, .file_offset = file_offset };
	return &items[list->count++];
}

static int add_request(struct listed_function *listed, const struct function_request *request)
{
	const struct function_request **requests;

	/* A request refers to a place once, even if the place has several names. */
	if (listed->request_count && listed->requests[listed->request_count - 1] == request)
		return 0;
	requests = array_grow(listed->requests, listed->request_count, sizeof(*requests));
	if (!requests)
		return -ENOMEM;
	listed->requests = requests;
	requests[listed->request_count++] = request;
	return 0;
}

static int list_function(struct function_list *list, const struct binary *binary,
			 const struct function *function, const struct function_request *request)
{
	uint64_t file_offset = place_of(binary, function);
	struct listed_function *listed = find_place(list, file_offset);

	if (!listed)
		listed = append_listed(list, function, file_offset);
	return listed ? add_request(listed, request) : -ENOMEM;
}

int function_list_add(struct function_list *list, const struct binary *binary,
		      const struct function_request *request, size_t max, size_t *ret_meant,
		      struct error *err)
{
	struct function_set set;
	int r = function_set_find(binary->pclntab, request->function, max, &set, err);

	if (r < 0)
		return r;
	for (size_t i = 0; r == 0 && i < set.count; i++)
		r = list_function(list, binary, &set.functions[i], request);
	*ret_meant = set.matched;
	function_set_release(&set);
	return r < 0 ? error_fail(err, r, "out of memory") : 0;
}
