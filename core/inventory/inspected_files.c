/* SPDX-License-Identifier: MIT */
#include "inspected_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"

static struct inspected_file *find_inspected(const struct inspected_files *files,
					     const struct file_identity *identity)
{
	for (size_t i = 0; i < files->count; i++) {
		if (file_identity_equal(&files->items[i]->identity, identity))
			return files->items[i];
	}
	return NULL;
}

static bool has_library(const struct inspected_file *file, const char *name)
{
	for (size_t i = 0; i < file->library_count; i++) {
		if (strcmp(file->libraries[i], name) == 0)
			return true;
	}
	return false;
}

/* Notes the libraries that have a probe. */
static void note_libraries(struct inspected_file *file, const struct probe_set *probe_set)
{
	for (size_t i = 0; i < probe_set->count; i++) {
		const struct probe_candidate *probe = &probe_set->probes[i];

		if (probe->result == 0 && probe->protocol &&
		    file->library_count < INSPECTED_LIBRARIES &&
		    !has_library(file, probe->protocol->name))
			file->libraries[file->library_count++] = probe->protocol->name;
	}
}

/* Most files on a machine have no Go code, which is found out fast. */
static int open_go_file(const struct inspection_file *file,
			const struct inspection_options *options,
			struct examined_binary *ret_examined, struct error *err)
{
	int r = binary_looks_like_go(file->path);

	if (r > 0)
		return examined_binary_open(file, options, NULL, ret_examined, err);
	if (r == 0)
		return error_fail(err, -ENOEXEC, "not a Go program");
	return error_fail(err, r, "its file cannot be opened: %s", strerror(-r));
}

static void look_at(const struct inspection_file *file, const struct inspection_options *options,
		    struct inspected_file *found)
{
	struct examined_binary examined;

	found->result = open_go_file(file, options, &examined, &found->why);
	if (found->result < 0)
		return;
	found->convention = examined.binary->convention->name;
	found->go_version = strdup(examined.binary->version.text);
	if (!found->go_version)
		found->result = error_fail(&found->why, -ENOMEM, "out of memory");
	note_libraries(found, &examined.probe_set);
	examined_binary_close(&examined);
}

static void inspected_file_destroy(struct inspected_file *file)
{
	free(file->go_version);
	free(file);
}

static int inspected_files_add(struct inspected_files *files, struct inspected_file *file)
{
	struct inspected_file **items =
		array_grow(files->items, files->count, sizeof(struct inspected_file *));

	if (!items)
		return -ENOMEM;
	files->items = items;
	items[files->count++] = file;
	return 0;
}

const struct inspected_file *inspected_files_get(struct inspected_files *files,
						 const struct inspection_file *file,
						 const struct file_identity *identity,
						 const struct inspection_options *options,
						 struct error *err)
{
	struct inspected_file *found = find_inspected(files, identity);

	if (found)
		return found;
	found = calloc(1, sizeof(*found));
	if (!found) {
		error_fail(err, -ENOMEM, "out of memory");
		return NULL;
	}
	found->identity = *identity;
	look_at(file, options, found);
	if (error_is_shortage(found->result)) {
		error_adopt(err, &found->why);
	} else if (inspected_files_add(files, found) == 0) {
		return found;
	} else {
		error_fail(err, -ENOMEM, "out of memory");
	}
	inspected_file_destroy(found);
	return NULL;
}

void inspected_files_finish(struct inspected_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		inspected_file_destroy(files->items[i]);
	free(files->items);
	*files = (struct inspected_files){ 0 };
}
