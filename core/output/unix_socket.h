/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_UNIX_SOCKET_H
#define GOHTTPSNOOP_CORE_UNIX_SOCKET_H

#include <stdbool.h>
#include <sys/types.h>

#include "error.h"

/* A listening Unix socket and its file. */
struct unix_socket {
	int descriptor;	  /* non-blocking */
	const char *path; /* owned by the caller; NULL: systemd created the file, and keeps it */
	dev_t device;	  /* of the file when it was created */
	ino_t inode;
};

/*
 * Creates the socket's file, with this mode and group before any process can connect, and listens. A socket
 * on which no process listens is replaced; a socket in use, or another kind of file, is an error. `group` is
 * a name or number; NULL: the default of the directory and the process.
 */
int unix_socket_open(const char *path, mode_t mode, const char *group,
		     struct unix_socket *ret_socket, struct error *err);

/*
 * Returns the socket that systemd passed (sd_listen_fds(3)): the one bound to `path`, or any for NULL. -ENOENT,
 * without an error, if there is none.
 */
int unix_socket_inherit(const char *path, struct unix_socket *ret_socket);

/* Closes the socket, and removes the file if it was created here and is still the same. */
void unix_socket_close(struct unix_socket *unix_socket);

#endif
