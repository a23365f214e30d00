/* SPDX-License-Identifier: MIT */
#include "container.h"

#include <string.h>

/*
 * The names that engines give to the cgroup of a container whose id is ID, 64 hexadecimal digits:
 *
 *	ID				Docker, Kubernetes, ECS with the driver cgroupfs
 *	docker-ID.scope			the same with the driver systemd: also crio-, libpod-,
 *					cri-containerd-, nerdctl-
 *	libpod-ID			Podman with the driver cgroupfs
 *	kubepods-….slice:cri-containerd:ID	containerd configured for systemd, but with cgroupfs
 *
 * Cgroups are nested, and so are containers: the innermost name is used. Processes that monitor a container
 * (crio-conmon-ID.scope, libpod-conmon-ID.scope) do not run in it.
 */
static const char scope[] = ".scope";
static const char monitor[] = "conmon-";
/* The kernel's mark for a cgroup that was removed. */
static const char deleted[] = " (deleted)";

static bool is_id(struct bytes name)
{
	if (name.size != CONTAINER_ID_SIZE)
		return false;
	for (size_t i = 0; i < name.size; i++) {
		uint8_t byte = name.data[i];

		if (!(byte >= '0' && byte <= '9') && !(byte >= 'a' && byte <= 'f'))
			return false;
	}
	return true;
}

static bool ends_with(struct bytes name, const char *end)
{
	size_t size = strlen(end);

	return name.size >= size && memcmp(name.data + name.size - size, end, size) == 0;
}

/* Returns the id in the name of one cgroup; empty if it does not name a container. */
static struct bytes name_id(struct bytes name)
{
	static const struct bytes none = { 0 };
	struct bytes prefix = name, id;

	if (ends_with(name, scope))
		name.size -= strlen(scope);
	if (name.size < CONTAINER_ID_SIZE)
		return none;
	prefix.size = name.size - CONTAINER_ID_SIZE;
	id = bytes_slice(name, prefix.size, CONTAINER_ID_SIZE);
	if (!is_id(id) || ends_with(prefix, monitor))
		return none;
	return prefix.size == 0 || ends_with(prefix, "-") || ends_with(prefix, ":") ? id : none;
}

/* Returns the id in the innermost name of the path that has one. */
static struct bytes path_id(struct bytes path)
{
	struct bytes found = { 0 };

	if (ends_with(path, deleted))
		path.size -= strlen(deleted);
	while (path.size > 0) {
		const uint8_t *slash = memchr(path.data, '/', path.size);
		size_t size = slash ? (size_t)(slash - path.data) : path.size;
		struct bytes id = name_id((struct bytes){ path.data, size });

		if (id.size)
			found = id;
		path = bytes_slice(path, size + 1, path.size);
	}
	return found;
}

/* Returns the path after the number of the hierarchy and its controllers: "12:cpu,cpuacct:/path". */
static struct bytes line_path(struct bytes line)
{
	for (int i = 0; i < 2; i++) {
		const uint8_t *colon = line.size ? memchr(line.data, ':', line.size) : NULL;

		if (!colon)
			return (struct bytes){ 0 };
		line = bytes_slice(line, (uint64_t)(colon - line.data) + 1, line.size);
	}
	return line;
}

bool container_parse(struct bytes cgroups, struct container_id *ret_id)
{
	/* A line without an end was cut: an id at its end may be only a part of a name. */
	while (cgroups.size > 0) {
		const uint8_t *end = memchr(cgroups.data, '\n', cgroups.size);
		size_t size = end ? (size_t)(end - cgroups.data) : 0;
		struct bytes id;

		if (!end)
			return false;
		id = path_id(line_path((struct bytes){ cgroups.data, size }));
		if (id.size) {
			memcpy(ret_id->text, id.data, CONTAINER_ID_SIZE);
			ret_id->text[CONTAINER_ID_SIZE] = '\0';
			return true;
		}
		cgroups = bytes_slice(cgroups, size + 1, cgroups.size);
	}
	return false;
}
