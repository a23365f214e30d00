/* SPDX-License-Identifier: MIT */
#include "known_binary.h"

#include <stdlib.h>
#include <string.h>

#include "lease.h"

struct known_binary *known_binary_create(struct pinned_file *file)
{
	struct known_binary *binary = calloc(1, sizeof(*binary));

	if (binary)
		binary->file = *file;
	else
		pinned_file_close(file);
	return binary;
}

void known_binary_close_file(struct known_binary *binary)
{
	attachment_detach(binary->probes);
	binary->probes = NULL;
	/* Releases the lease, which must not happen before the probes are removed. */
	pinned_file_close(&binary->file);
}

void known_binary_destroy(struct known_binary *binary)
{
	known_binary_close_file(binary);
	inspection_close(binary->inspection);
	free(binary->name);
	free(binary);
}

void known_binary_refresh(struct known_binary *binary, struct pinned_file *file)
{
	if (binary->file.descriptor < 0) {
		binary->file = *file;
		return;
	}
	binary->file.identity = file->identity;
	pinned_file_close(file);
}

/* A lease stays valid when the file is renamed or its permissions change; the identity does not. */
bool known_binary_is_file(const struct known_binary *binary, const struct file_identity *file)
{
	const struct file_identity *known = &binary->file.identity;

	if (binary->is_stale || pinned_file_is_recalled(&binary->file))
		return false;
	return file_identity_equal(known, file) ||
	       (pinned_file_is_pinned(&binary->file) && known->device == file->device &&
		known->inode == file->inode);
}

bool known_binary_is_unchanged(const struct known_binary *binary)
{
	struct pinned_file_path path = pinned_file_path(&binary->file);
	struct file_identity file;

	return binary->file.descriptor >= 0 && file_identity_read(path.text, &file) == 0 &&
	       known_binary_is_file(binary, &file);
}

int known_binary_probe(struct known_binary *binary, struct kernel *kernel, struct error *err)
{
	struct pinned_file_path path = pinned_file_path(&binary->file);
	const struct attach_point *points;
	size_t count;

	if (binary->probes)
		return 0;
	if (!pinned_file_is_pinned(&binary->file))
		return lease_fail(binary->file.lease_code, err);
	points = inspection_points(binary->inspection, &count);
	return kernel_attach_file(kernel, path.text, points, count, &binary->probes, err);
}

int known_binary_probe_more(struct known_binary *binary, struct kernel *kernel,
			    const struct attach_point *points, size_t count, struct error *err)
{
	struct pinned_file_path path = pinned_file_path(&binary->file);

	if (!binary->probes)
		return 0;
	return kernel_attach_more(kernel, path.text, 0, 0, points, count, &binary->probes, err);
}

void known_binary_set_name(struct known_binary *binary, const char *name)
{
	if (strcmp(known_binary_name(binary), name) == 0)
		return;
	free(binary->name);
	binary->name = strdup(name);
}

const char *known_binary_name(const struct known_binary *binary)
{
	return binary->name ? binary->name : "";
}
