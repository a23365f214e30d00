/* SPDX-License-Identifier: MIT */
#include "library_copies.h"

#include <stdio.h>
#include <string.h>

#include "module_version.h"
#include "vendored.h"

static uint32_t release_by_clue(const struct library *library, const struct pclntab *table,
				const char *prefix)
{
	char name[LIBRARY_MAX_PREFIX + 256];
	struct function function;

	if (!library->clue)
		return 0;
	snprintf(name, sizeof(name), "%s%s", prefix, library->clue);
	return pclntab_find(table, name, &function) ? library->clue_release : 0;
}

static const struct library_copy *copy_find(const struct library_copies *copies, const char *name,
					    size_t prefix_size)
{
	for (size_t i = 0; i < copies->count; i++) {
		if (strlen(copies->copies[i].prefix) == prefix_size &&
		    memcmp(copies->copies[i].prefix, name, prefix_size) == 0)
			return &copies->copies[i];
	}
	return NULL;
}

/* A copy with a prefix was not built as a module, so the build information does not have its release. */
static void copy_add(struct library_copies *copies, const struct pclntab *table, const char *name,
		     size_t prefix_size)
{
	struct library_copy *copy = &copies->copies[copies->count];

	if (copies->count == LIBRARY_MAX_COPIES || prefix_size >= sizeof(copy->prefix)) {
		copies->left_out++;
		return;
	}
	memcpy(copy->prefix, name, prefix_size);
	copy->release = release_by_clue(copies->library, table, copy->prefix);
	copies->count++;
}

static bool is_landmark(const struct library *library, const char *name)
{
	for (const char *const *landmark = library->landmarks; *landmark; landmark++) {
		if (strcmp(name, *landmark) == 0)
			return true;
	}
	return false;
}

/* Each search for a function that a binary does not have reads all names: this one saves all others. */
static bool has_landmark(const struct library *library, const struct pclntab *table)
{
	for (const char *const *landmark = library->landmarks; landmark && *landmark; landmark++) {
		const struct bytes needle = { (const uint8_t *)*landmark, strlen(*landmark) };

		if (bytes_find(pclntab_names(table), 0, needle, 1) != SIZE_MAX)
			return true;
	}
	return false;
}

/* A quick check that saves the walk over all functions, because most binaries have no vendored copy. */
static bool may_be_vendored(const struct library *library, const struct pclntab *table)
{
	for (const char *const *landmark = library->landmarks; landmark && *landmark; landmark++) {
		char text[256];
		int length = snprintf(text, sizeof(text), "vendor/%s", *landmark);
		const struct bytes needle = { (const uint8_t *)text, (size_t)length };

		if (bytes_find(pclntab_names(table), 0, needle, 1) != SIZE_MAX)
			return true;
	}
	return false;
}

static void find_vendored(const struct pclntab *table, struct library_copies *copies)
{
	struct function function;

	if (!may_be_vendored(copies->library, table))
		return;
	for (size_t i = 0; pclntab_next(table, &i, &function); i++) {
		const char *rest = vendored_skip_prefix(function.name);
		size_t size = (size_t)(rest - function.name);

		if (size > 0 && is_landmark(copies->library, rest) &&
		    !copy_find(copies, function.name, size))
			copy_add(copies, table, function.name, size);
	}
}

void library_copies_find(const struct library *library, const struct build_info *info,
			 const struct pclntab *table, struct library_copies *ret_copies)
{
	*ret_copies = (struct library_copies){ .library = library, .exists = true, .count = 1 };
	if (!library->module)
		return;
	ret_copies->exists = !library->landmarks || has_landmark(library, table);
	if (!ret_copies->exists)
		return;
	if (!module_version_find(info, library->module, &ret_copies->copies[0].release))
		ret_copies->copies[0].release = release_by_clue(library, table, "");
	find_vendored(table, ret_copies);
}

bool library_has(const struct library *library, const char *name)
{
	size_t length = library->module ? strlen(library->module) : 0;
	const char *rest = length ? vendored_skip_prefix(name) : name;

	return length && strncmp(rest, library->module, length) == 0 &&
	       (rest[length] == '/' || rest[length] == '.');
}

uint32_t library_copies_release(const struct library_copies *copies, const char *name)
{
	const struct library_copy *copy = NULL;

	if (library_has(copies->library, name))
		copy = copy_find(copies, name, (size_t)(vendored_skip_prefix(name) - name));
	return copy ? copy->release : 0;
}
