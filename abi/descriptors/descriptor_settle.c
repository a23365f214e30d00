/* SPDX-License-Identifier: MIT */
#include "descriptor_settle.h"

#include <string.h>

static void settle_lengths(struct descriptor_table *table, const uint64_t *offsets, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (descriptor_shows_lengths(table, offsets[i], &table->form.short_lengths))
			return;
	}
}

/*
 * A shifted offset is at least twice the real offset. So offsets are shifted if the last field of any struct
 * seems to begin after the end of the struct.
 */
static void settle_offsets(struct descriptor_table *table, const uint64_t *offsets, size_t count)
{
	table->form.embedded_in_offset = false;
	for (size_t i = 0; i < count; i++) {
		struct descriptor_parts parts;
		struct descriptor descriptor;
		struct descriptor_field field;

		if (descriptor_read(table, offsets[i], &descriptor) &&
		    descriptor.kind == DESCRIPTOR_STRUCT &&
		    descriptor_parts_read(table, &descriptor, &parts) && parts.count &&
		    descriptor_field_read(table, &parts, parts.count - 1, &field) &&
		    field.offset > descriptor.size) {
			table->form.embedded_in_offset = true;
			return;
		}
	}
}

/*
 * Returns whether the package path of a named type ends with the package name in its string: "http" for
 * "http.Header". If so, the uncommon part was read at the right offset. If not, this proves nothing, because
 * the name of a package may differ from its path.
 */
static bool has_package_of_string(const struct descriptor_table *table,
				  const struct descriptor *descriptor)
{
	struct bytes package = descriptor_package(table, descriptor);
	const uint8_t *dot = memchr(descriptor->string.data, '.', descriptor->string.size);
	size_t size = dot ? (size_t)(dot - descriptor->string.data) : 0;

	return size && package.size >= size &&
	       memcmp(package.data + package.size - size, descriptor->string.data, size) == 0;
}

static size_t count_named_maps(const struct descriptor_table *table, const uint64_t *offsets,
			       size_t count)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++) {
		struct descriptor descriptor;

		if (descriptor_read(table, offsets[i], &descriptor) &&
		    descriptor.kind == DESCRIPTOR_MAP && has_package_of_string(table, &descriptor))
			found++;
	}
	return found;
}

static void settle_map_size(struct descriptor_table *table, const uint64_t *offsets, size_t count)
{
	struct descriptor_table trial = *table;
	size_t most = count_named_maps(table, offsets, count);

	for (size_t i = 0; i < DESCRIPTOR_MAP_SIZES; i++) {
		size_t found;

		trial.form.map_size = descriptor_map_sizes[i];
		found = count_named_maps(&trial, offsets, count);
		if (found > most) {
			most = found;
			table->form.map_size = descriptor_map_sizes[i];
		}
	}
}

void descriptor_settle(struct descriptor_table *table, const uint64_t *offsets, size_t count)
{
	settle_lengths(table, offsets, count);
	settle_offsets(table, offsets, count);
	settle_map_size(table, offsets, count);
}
