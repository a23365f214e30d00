/* SPDX-License-Identifier: MIT */
#include "json_tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yajl/yajl_parse.h>

#include "array.h"

/* Values stand in the order of the text; the members of an object or list are linked. */
struct json_node {
	struct json_value value;	  /* `string` is set when it is found: see `at` */
	size_t at;			  /* of the string in the bytes of the tree */
	size_t key, key_size;		  /* of a member of an object: where its key is */
	size_t parent, first, last, next; /* numbers of nodes; 0: none */
	bool is_list;
	size_t count; /* of members */
};

/* Node 0 stands for nothing, node 1 is the root. */
struct json_tree {
	struct json_node *nodes;
	size_t count;
	char *bytes; /* of strings and keys, each with a NUL */
	size_t size, capacity;
	/* While it is read: */
	size_t parent; /* the object or list that is open */
	size_t key, key_size;
	bool failed; /* memory ran out */
};

/* ---- reading ---- */

static int json_node_add(struct json_tree *tree, struct json_value value, size_t *ret_number)
{
	struct json_node *nodes = array_grow(tree->nodes, tree->count, sizeof(*nodes)), *parent;
	size_t number = tree->count;

	if (!nodes) {
		tree->failed = true;
		return 0;
	}
	tree->nodes = nodes;
	nodes[tree->count++] = (struct json_node){
		.value = value, .key = tree->key, .key_size = tree->key_size, .parent = tree->parent
	};
	*ret_number = number;
	if (!tree->parent)
		return 1;
	parent = &nodes[tree->parent];
	if (parent->last)
		nodes[parent->last].next = number;
	else
		parent->first = number;
	parent->last = number;
	parent->count++;
	return 1;
}

/* Keeps bytes; returns where they are. */
static int keep_bytes(struct json_tree *tree, const unsigned char *data, size_t size,
		      size_t *ret_at)
{
	char *bytes = array_reserve(tree->bytes, tree->size + size + 1, 256, &tree->capacity);

	if (!bytes) {
		tree->failed = true;
		return 0;
	}
	tree->bytes = bytes;
	*ret_at = tree->size;
	memcpy(bytes + tree->size, data, size);
	bytes[tree->size + size] = '\0';
	tree->size += size + 1;
	return 1;
}

static int on_null(void *user)
{
	size_t number;

	return json_node_add(user, (struct json_value){ .kind = JSON_NULL }, &number);
}

static int on_boolean(void *user, int truth)
{
	size_t number;

	return json_node_add(user, (struct json_value){ .kind = JSON_BOOL, .truth = truth },
			     &number);
}

static struct json_value json_number_of(const char *text)
{
	struct json_value value = { .kind = JSON_NUMBER, .number = strtod(text, NULL) };
	char *end;

	errno = 0;
	value.integer = strtoll(text, &end, 10);
	value.is_integer = *end == '\0' && errno == 0;
	return value;
}

static int on_number(void *user, const char *data, size_t size)
{
	struct json_tree *tree = user;
	size_t at, number;

	/* yajl's text goes on behind the number. */
	return keep_bytes(tree, (const unsigned char *)data, size, &at) &&
	       json_node_add(tree, json_number_of(tree->bytes + at), &number);
}

static int on_string(void *user, const unsigned char *data, size_t size)
{
	struct json_tree *tree = user;
	size_t at, number;

	if (!keep_bytes(tree, data, size, &at) ||
	    !json_node_add(tree, (struct json_value){ .kind = JSON_STRING, .size = size }, &number))
		return 0;
	tree->nodes[number].at = at;
	return 1;
}

static int on_json_key(void *user, const unsigned char *data, size_t size)
{
	struct json_tree *tree = user;

	tree->key_size = size;
	return keep_bytes(tree, data, size, &tree->key);
}

static int open_container(struct json_tree *tree, bool is_list)
{
	size_t number;

	if (!json_node_add(tree, (struct json_value){ .kind = JSON_OTHER }, &number))
		return 0;
	tree->nodes[number].is_list = is_list;
	tree->parent = number;
	tree->key_size = 0;
	return 1;
}

static int on_open_object(void *user)
{
	return open_container(user, false);
}

static int on_open_list(void *user)
{
	return open_container(user, true);
}

static int on_close(void *user)
{
	struct json_tree *tree = user;

	tree->parent = tree->nodes[tree->parent].parent;
	return 1;
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_boolean,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_start_map = on_open_object,
	.yajl_map_key = on_json_key,
	.yajl_end_map = on_close,
	.yajl_start_array = on_open_list,
	.yajl_end_array = on_close,
};

/* Reads the text into a tree that has node 0. */
static int read_text(struct json_tree *tree, struct bytes text)
{
	yajl_handle parser = yajl_alloc(&callbacks, NULL, tree);
	bool is_json;

	if (!parser)
		return -ENOMEM;
	is_json = yajl_parse(parser, text.data, text.size) == yajl_status_ok &&
		  yajl_complete_parse(parser) == yajl_status_ok;
	yajl_free(parser);
	if (tree->failed)
		return -ENOMEM;
	return is_json && tree->count > 1 ? 0 : -EINVAL;
}

int json_tree_read(struct bytes text, struct json_tree **ret_tree)
{
	struct json_tree *tree = calloc(1, sizeof(*tree));
	size_t nothing;
	int r;

	if (!tree)
		return -ENOMEM;
	r = json_node_add(tree, (struct json_value){ .kind = JSON_NULL }, &nothing) ?
		    read_text(tree, text) :
		    -ENOMEM;
	if (r < 0)
		json_tree_destroy(tree);
	else
		*ret_tree = tree;
	return r;
}

void json_tree_destroy(struct json_tree *tree)
{
	if (!tree)
		return;
	free(tree->nodes);
	free(tree->bytes);
	free(tree);
}

/* ---- looking up ---- */

/* Of members with the same key the last one counts, as in most readers of JSON. */
static size_t member_of(const struct json_tree *tree, size_t object, const char *key)
{
	size_t size = strlen(key), found = 0;

	for (size_t at = tree->nodes[object].first; at; at = tree->nodes[at].next) {
		const struct json_node *node = &tree->nodes[at];

		if (node->key_size == size && memcmp(tree->bytes + node->key, key, size) == 0)
			found = at;
	}
	return found;
}

static size_t element_of(const struct json_tree *tree, size_t list, int64_t index)
{
	size_t count = tree->nodes[list].count, at = tree->nodes[list].first;
	uint64_t wanted = index < 0 ? count - (0 - (uint64_t)index) : (uint64_t)index;

	if (wanted >= count)
		return 0;
	while (wanted--)
		at = tree->nodes[at].next;
	return at;
}

static size_t json_tree_follow(const struct json_tree *tree, size_t from,
			       const struct value_step *step)
{
	const struct json_node *node = &tree->nodes[from];

	if (node->value.kind != JSON_OTHER || node->is_list == (step->key != NULL))
		return 0;
	return step->key ? member_of(tree, from, step->key) : element_of(tree, from, step->index);
}

struct json_value json_tree_find(const struct json_tree *tree, const struct value_step *steps,
				 size_t count)
{
	struct json_value value;
	size_t at = 1;

	for (size_t i = 0; at && i < count; i++)
		at = json_tree_follow(tree, at, &steps[i]);
	value = tree->nodes[at].value;
	if (value.kind == JSON_STRING)
		value.string = tree->bytes + tree->nodes[at].at;
	return value;
}
