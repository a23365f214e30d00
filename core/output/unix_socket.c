/* SPDX-License-Identifier: MIT */
#include "unix_socket.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libgen.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	FIRST_PASSED = 3, /* SD_LISTEN_FDS_START */
	LOCK_TRIES = 100,
	LOCK_PAUSE = 10000, /* microseconds */
};

static int fill_address(const char *path, struct sockaddr_un *ret_address, struct error *err)
{
	*ret_address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (!*path)
		return error_fail(err, -EINVAL, "the path of the socket is empty");
	if (strlen(path) >= sizeof(ret_address->sun_path)) {
		error_hint(err, "choose a shorter path, or change to its directory");
		return error_fail(
			err, -ENAMETOOLONG,
			"the path has %zu bytes, but the path of a socket has at most %zu",
			strlen(path), sizeof(ret_address->sun_path) - 1);
	}
	strcpy(ret_address->sun_path, path);
	return 0;
}

static int group_id_find(const char *name, gid_t *ret_group, struct error *err)
{
	struct group *group = getgrnam(name);
	char *end;
	unsigned long number = strtoul(name, &end, 10);

	if (group)
		*ret_group = group->gr_gid;
	else if (*name >= '0' && *name <= '9' && !*end && number < (gid_t)-1)
		*ret_group = number;
	else
		return error_fail(err, -EINVAL, "there is no group %s", name);
	return 0;
}

/* ---- an existing file ---- */

/* Returns 0 if a process listens, -ECONNREFUSED if none does, or why this cannot be determined. */
static int try_connect(const struct sockaddr_un *address)
{
	int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int r = 0;

	if (descriptor < 0)
		return -errno;
	if (connect(descriptor, (const struct sockaddr *)address, sizeof(*address)) < 0)
		r = -errno;
	close(descriptor);
	return r;
}

/* -EAGAIN: the socket's queue of connections is full. -EPROTOTYPE: the socket has another type. */
static bool is_live(int r)
{
	return r == 0 || r == -EAGAIN || r == -EPROTOTYPE;
}

static int remove_stale(const struct sockaddr_un *address, struct error *err)
{
	struct stat status;
	int r;

	if (lstat(address->sun_path, &status) < 0)
		return errno == ENOENT ? 0 : error_fail(err, -errno, "%s", strerror(errno));
	if (!S_ISSOCK(status.st_mode))
		return error_fail(err, -EEXIST, "exists and is not a socket");
	r = try_connect(address);
	if (is_live(r))
		return error_fail(err, -EADDRINUSE, "another process listens on this socket");
	if (r != -ECONNREFUSED && r != -ENOENT)
		return error_fail(err, r,
				  "it cannot be determined whether the socket is in use: %s",
				  strerror(-r));
	if (r == -ECONNREFUSED && unlink(address->sun_path) < 0)
		return error_fail(err, -errno, "the stale socket cannot be removed: %s",
				  strerror(errno));
	return 0;
}

/* ---- creating the socket ---- */

/*
 * When the socket is bound, its file gets the mode of the socket, without the umask (unix_bind_bsd() in
 * net/unix/af_unix.c). It gets its group before listen(), so before any process can connect.
 */
static int bind_and_listen(int descriptor, const struct sockaddr_un *address, mode_t mode,
			   gid_t group)
{
	mode_t mask;
	int r;

	if (fchmod(descriptor, mode) < 0)
		return -errno;
	mask = umask(0);
	r = bind(descriptor, (const struct sockaddr *)address, sizeof(*address)) < 0 ? -errno : 0;
	umask(mask);
	if (r < 0)
		return r;
	if ((group != (gid_t)-1 && lchown(address->sun_path, -1, group) < 0) ||
	    listen(descriptor, SOMAXCONN) < 0) {
		r = -errno;
		unlink(address->sun_path);
	}
	return r;
}

static int make(const struct sockaddr_un *address, mode_t mode, gid_t group, int *ret_descriptor,
		struct error *err)
{
	int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int r = descriptor < 0 ? -errno : bind_and_listen(descriptor, address, mode, group);

	if (r == 0) {
		*ret_descriptor = descriptor;
		return 0;
	}
	if (descriptor >= 0)
		close(descriptor);
	if (r == -EPERM)
		error_hint(err, "only root may choose a group that it is not a member of");
	return error_fail(err, r, "the socket cannot be created: %s", strerror(-r));
}

/*
 * If two instances find the same stale socket, neither must remove the socket that the other has created, so only one
 * may do this at a time. Other programs may hold such a lock for long, so the wait is limited.
 */
static int lock_directory(const char *path, struct error *err)
{
	char copy[sizeof(((struct sockaddr_un *)0)->sun_path)];
	const char *directory = dirname(strcpy(copy, path));
	int descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (descriptor < 0)
		return error_fail(err, -errno, "the directory cannot be opened: %s",
				  strerror(errno));
	for (int i = 0; flock(descriptor, LOCK_EX | LOCK_NB) < 0; i++) {
		if (i == LOCK_TRIES) {
			close(descriptor);
			return error_fail(err, -EBUSY,
					  "another process keeps the directory locked");
		}
		usleep(LOCK_PAUSE);
	}
	return descriptor;
}

int unix_socket_open(const char *path, mode_t mode, const char *group,
		     struct unix_socket *ret_socket, struct error *err)
{
	struct unix_socket made = { .path = path };
	struct sockaddr_un address;
	struct stat status = { 0 };
	gid_t number = -1;
	int lock, r;

	error_subject(err, "%s", path);
	r = fill_address(path, &address, err);
	if (r == 0 && group)
		r = group_id_find(group, &number, err);
	if (r < 0)
		return r;
	lock = lock_directory(path, err);
	if (lock < 0)
		return lock;
	r = remove_stale(&address, err);
	if (r == 0)
		r = make(&address, mode, number, &made.descriptor, err);
	if (r == 0)
		lstat(path, &status);
	close(lock);
	if (r < 0)
		return r;
	made.device = status.st_dev;
	made.inode = status.st_ino;
	*ret_socket = made;
	return 0;
}

/* ---- from systemd ---- */

/* Returns how many descriptors were passed to this process. */
static int count_passed(void)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");

	if (!pid || !count || strtol(pid, NULL, 10) != getpid())
		return 0;
	return (int)strtol(count, NULL, 10);
}

static int get_option(int descriptor, int option)
{
	int value = -1;
	socklen_t size = sizeof(value);

	return getsockopt(descriptor, SOL_SOCKET, option, &value, &size) < 0 ? -1 : value;
}

static bool unix_socket_is_wanted(int descriptor, const char *path)
{
	struct sockaddr_un address = { 0 };
	socklen_t size = sizeof(address);

	return get_option(descriptor, SO_DOMAIN) == AF_UNIX &&
	       get_option(descriptor, SO_TYPE) == SOCK_STREAM &&
	       get_option(descriptor, SO_ACCEPTCONN) == 1 &&
	       getsockname(descriptor, (struct sockaddr *)&address, &size) == 0 &&
	       (!path || strncmp(address.sun_path, path, sizeof(address.sun_path)) == 0);
}

int unix_socket_inherit(const char *path, struct unix_socket *ret_socket)
{
	int count = count_passed();

	for (int i = 0; i < count; i++) {
		int descriptor = FIRST_PASSED + i;

		if (!unix_socket_is_wanted(descriptor, path))
			continue;
		fcntl(descriptor, F_SETFD, FD_CLOEXEC);
		fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK);
		*ret_socket = (struct unix_socket){ .descriptor = descriptor };
		return 0;
	}
	return -ENOENT;
}

void unix_socket_close(struct unix_socket *unix_socket)
{
	struct stat status;

	if (unix_socket->path && lstat(unix_socket->path, &status) == 0 &&
	    status.st_dev == unix_socket->device && status.st_ino == unix_socket->inode)
		unlink(unix_socket->path);
	close(unix_socket->descriptor);
}
