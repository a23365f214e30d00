/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_UNIX_SOCKET_H
#define GOHTTPSNOOP_CORE_UNIX_SOCKET_H

#include <stdbool.h>
#include <sys/types.h>

#include "error.h"

/* A Unix socket that listens, and the file it is found by. */
struct unix_socket {
	int descriptor;	  /* non-blocking */
	const char *path; /* the caller's; NULL: systemd made the file, and keeps it */
	dev_t device;	  /* the file, as it was made */
	ino_t inode;
};

/*
 * Makes the socket's file, with these rights from the first moment, and listens. One that nobody
 * listens on any more is replaced; a live one, or another kind of file, is an error. `group` is a
 * name or number; NULL leaves it to the directory and the process.
 */
int unix_socket_open(const char *path, mode_t mode, const char *group,
		     struct unix_socket *ret_socket, struct error *err);

/*
 * The socket that systemd passed (sd_listen_fds(3)): the one bound to `path`, or any with NULL.
 * -ENOENT, and no error is filled in, when it passed none such.
 */
int unix_socket_inherit(const char *path, struct unix_socket *ret_socket);

/* Closes it, and removes the file if it was made here and is still the same. */
void unix_socket_close(struct unix_socket *unix_socket);

#endif
