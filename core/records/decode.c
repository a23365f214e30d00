/* SPDX-License-Identifier: MIT */
#include "decode.h"

#include <errno.h>
#include <string.h>

static int read_head(struct bytes record, struct record_hit *ret_hit)
{
	if (record.size < sizeof(*ret_hit))
		return -EBADMSG;
	memcpy(ret_hit, record.data, sizeof(*ret_hit));
	if (ret_hit->kind != RECORD_HIT || ret_hit->size != record.size)
		return -EBADMSG;
	return 0;
}

int decode_head(struct bytes record, struct hit_head *ret_head)
{
	struct record_hit hit;
	int r = read_head(record, &hit);

	if (r < 0)
		return r;
	*ret_head = (struct hit_head){
		.pid = hit.process >> 32,
		.tid = (uint32_t)hit.process,
		.target = hit.cookie >> COOKIE_PLAN_BITS & ((1u << COOKIE_TARGET_BITS) - 1),
		.plan = hit.cookie & ((1u << COOKIE_PLAN_BITS) - 1),
		.time = hit.time,
		.lost_calls = hit.lost_calls,
	};
	return 0;
}

int decode_process(struct bytes record, struct process_notification *ret_notification)
{
	struct record_process process;

	if (record.size != sizeof(process))
		return -EBADMSG;
	memcpy(&process, record.data, sizeof(process));
	if (process.size != record.size ||
	    (process.kind != RECORD_EXEC && process.kind != RECORD_LISTEN))
		return -EBADMSG;
	*ret_notification =
		(struct process_notification){ process.kind, process.pid, process.port };
	return 0;
}

static int64_t sign_extend(uint64_t value, uint8_t size)
{
	int shift = 64 - 8 * size;

	return (int64_t)(value << shift) >> shift;
}

static int decode_string(uint64_t cell, struct bytes payload, struct hit_value *value)
{
	uint32_t size = cell >> CELL_STRING_SIZE_SHIFT & 0xffff;
	uint32_t offset = cell >> CELL_STRING_OFFSET_SHIFT;

	if (offset > payload.size || size > payload.size - offset || size > (uint32_t)cell)
		return -EBADMSG;
	*value = (struct hit_value){
		.data = (const char *)payload.data + offset,
		.size = size,
		.length = (uint32_t)cell,
	};
	return 0;
}

static int decode_cell(const struct cell *cell, uint64_t word, struct bytes payload,
		       struct hit_value *value)
{
	switch (cell->kind) {
	case CELL_STRING:
		return decode_string(word, payload, value);
	case CELL_INT:
		*value = (struct hit_value){ .integer = sign_extend(word, cell->size) };
		return 0;
	default:
		*value = (struct hit_value){ .integer = (int64_t)word };
		return 0;
	}
}

/* A record, split into its parts and compared with the schema. */
struct parts {
	struct record_hit head;
	struct bytes cells, payload;
};

static int take_apart(struct bytes record, const struct schema *schema, struct parts *parts)
{
	int r = read_head(record, &parts->head);
	size_t size;

	if (r < 0)
		return r;
	size = 8ull * parts->head.cell_count;
	if (parts->head.cell_count != schema->cell_count ||
	    parts->head.cell_count > PLAN_MAX_CELLS || record.size < sizeof(parts->head) + size)
		return -EBADMSG;
	parts->cells = bytes_slice(record, sizeof(parts->head), size);
	parts->payload = bytes_slice(record, sizeof(parts->head) + size, SIZE_MAX);
	return 0;
}

static bool is_unreadable(const struct parts *parts, uint32_t cell)
{
	return parts->head.unreadable[cell / 64] >> cell % 64 & 1;
}

static int decode_number(const struct parts *parts, const struct schema *schema, uint32_t cell,
			 struct hit_value *value)
{
	uint64_t word;

	memcpy(&word, parts->cells.data + 8 * cell, sizeof(word));
	return decode_cell(&schema->cells[cell].cell, word, parts->payload, value);
}

int decode_hit(struct bytes record, const struct schema *schema, struct hit *ret_hit)
{
	struct parts parts;
	int r = take_apart(record, schema, &parts);

	if (r < 0)
		return r;
	ret_hit->known = 0;
	ret_hit->unreadable = schema->unknown;
	for (uint32_t i = 0; i < schema->cell_count; i++) {
		uint8_t field = schema->cells[i].field;

		if (field >= FIELD_COUNT)
			continue;
		/* Of several captures of a field one that could be read counts. */
		if (is_unreadable(&parts, i)) {
			ret_hit->unreadable |= UINT64_C(1) << field & ~ret_hit->known;
			continue;
		}
		r = decode_number(&parts, schema, i, &ret_hit->values[field]);
		if (r < 0)
			return r;
		ret_hit->known |= UINT64_C(1) << field;
		ret_hit->unreadable &= ~(UINT64_C(1) << field);
	}
	return 0;
}

int decode_arguments(struct bytes record, const struct schema *schema,
		     struct hit_arguments *ret_arguments)
{
	struct parts parts;
	int r = take_apart(record, schema, &parts);

	if (r < 0)
		return r;
	ret_arguments->shape = schema->arguments;
	ret_arguments->cells = schema->cells;
	ret_arguments->expression_count = schema->expression_count;
	ret_arguments->returned_count = schema->returned_count;
	memset(ret_arguments->known, 0, sizeof(ret_arguments->known));
	for (uint32_t i = 0; i < schema->cell_count; i++) {
		if (schema->cells[i].field != PROBE_NO_FIELD || is_unreadable(&parts, i))
			continue;
		r = decode_number(&parts, schema, i, &ret_arguments->values[i]);
		if (r < 0)
			return r;
		ret_arguments->known[i / 64] |= 1ull << i % 64;
	}
	return 0;
}

/* Reads a cell; returns false if the eBPF program could not read its value. */
static bool read_cell(const struct parts *parts, uint8_t cell, uint64_t *ret_word)
{
	if (cell >= parts->head.cell_count || is_unreadable(parts, cell))
		return false;
	memcpy(ret_word, parts->cells.data + 8 * cell, sizeof(*ret_word));
	return true;
}

int decode_chain(struct bytes record, const struct schema *schema, enum hit_field field,
		 struct hit_chain *ret_chain)
{
	struct parts parts;
	int r = take_apart(record, schema, &parts);
	uint64_t type, data;

	ret_chain->count = 0;
	for (uint32_t i = 0; r == 0 && i + 1u < schema->cell_count; i++) {
		if (schema->cells[i].field != field)
			continue;
		if (ret_chain->count == CONTEXT_CHAIN_MAX || !read_cell(&parts, i, &type) ||
		    !read_cell(&parts, ++i, &data))
			break;
		ret_chain->types[ret_chain->count] = (uint32_t)type;
		ret_chain->data[ret_chain->count++] = data;
	}
	return r;
}

static bool decodes_type(const struct shape_node *interface, uint32_t hash)
{
	const struct shape_node *end = interface + interface->size;

	for (const struct shape_node *held = interface + 1; held < end; held += held->size) {
		if (held->hash == hash)
			return true;
	}
	return false;
}

/* Adds the type of an interface's value; returns whether the type is new and the plan does not decode it. */
static bool add_type(const struct parts *parts, const struct shape *shape,
		     const struct shape_node *interface, struct learned_types *types)
{
	uint64_t pointer, word;
	uint32_t hash;

	if (!read_cell(parts, interface->cell, &pointer) || !pointer ||
	    !read_cell(parts, interface->second, &word))
		return false;
	hash = (uint32_t)word;
	if (!type_names_find(shape->type_names, hash) ||
	    !learned_types_add(types, (struct learned_type){ interface->interface, hash }))
		return false;
	return !decodes_type(interface, hash);
}

int decode_types(struct bytes record, const struct schema *schema, struct learned_types *types)
{
	const struct shape *shape = schema->arguments;
	struct parts parts;
	int count = 0, r = take_apart(record, schema, &parts);

	if (r < 0 || !shape)
		return r;
	for (size_t i = 0; i < shape->node_count; i++) {
		const struct shape_node *node = &shape->nodes[i];

		if (node->kind == SHAPE_INTERFACE || node->kind == SHAPE_CHOICE)
			count += add_type(&parts, shape, node, types);
	}
	return count;
}
