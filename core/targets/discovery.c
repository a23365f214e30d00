/* SPDX-License-Identifier: MIT */
#include "discovery.h"

#include <errno.h>
#include <fnmatch.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "listeners.h"
#include "privilege.h"

bool discovery_has_rules(const struct discovery_rules *rules)
{
	return rules->binary_count || rules->name_count || rules->port_count || rules->all;
}

/*
 * Overlayfs shows the file of a layer with all its attributes except the device. A path on an overlay refers to the
 * file in this overlay only, because other containers have the same layer.
 */
static bool is_layers_file(const char *path, const struct file_identity *named,
			   const struct file_identity *file)
{
	struct file_identity shown = *named;
	struct statfs system;

	shown.device = file->device;
	return file_identity_equal(&shown, file) && statfs(path, &system) == 0 &&
	       system.f_type != OVERLAYFS_SUPER_MAGIC;
}

static bool is_file(const char *path, const struct file_identity *file)
{
	struct file_identity other;

	if (file_identity_read(path, &other) < 0)
		return false;
	/* The same file at two times, even if it was changed in between. */
	return (other.device == file->device && other.inode == file->inode) ||
	       is_layers_file(path, &other, file);
}

static bool path_matches(const char *path, const char *glob)
{
	const char *slash = strrchr(path, '/');

	return fnmatch(glob, slash ? slash + 1 : path, 0) == 0;
}

bool discovery_wants_file(const struct discovery_rules *rules, const char *path,
			  const struct file_identity *file)
{
	for (size_t i = 0; i < rules->binary_count; i++) {
		if (is_file(rules->binaries[i].path, file))
			return true;
	}
	for (size_t i = 0; i < rules->name_count; i++) {
		if (path_matches(path, rules->names[i]))
			return true;
	}
	return rules->all;
}

bool discovery_wants(const struct discovery_rules *rules, const struct process *process)
{
	if (process->pid == (uint32_t)getpid())
		return false;
	for (size_t i = 0; i < rules->name_count; i++) {
		if (fnmatch(rules->names[i], process->comm, 0) == 0)
			return true;
	}
	return discovery_wants_file(rules, process->exe, &process->file);
}

bool discovery_wants_port(const struct discovery_rules *rules, uint16_t port)
{
	for (size_t i = 0; i < rules->port_count; i++) {
		if (rules->ports[i] == port)
			return true;
	}
	return false;
}

int discovery_wants_now(const struct discovery_rules *rules, const struct process *process,
			struct error *err)
{
	int r;

	if (discovery_wants(rules, process))
		return true;
	if (!rules->port_count || process->pid == (uint32_t)getpid())
		return false;
	r = listeners_include(process->pid, rules->ports, rules->port_count);
	if (r >= 0)
		return r;
	error_subject(err, "pid %u (%s)", process->pid, process->exe);
	return error_fail(err, r, "its sockets cannot be read: %s", strerror(-r));
}

bool discovery_hides(const struct discovery_rules *rules, struct error *ret_why)
{
	if (!privilege_is_held(PRIVILEGE_LOOK))
		privilege_fail(ret_why, -EPERM, PRIVILEGE_LOOK,
			       "processes of other users are skipped");
	else if (rules->port_count && !privilege_is_held(PRIVILEGE_READ))
		privilege_fail(ret_why, -EPERM, PRIVILEGE_READ,
			       "processes of other users that listen already are not found");
	else
		return false;
	return true;
}
