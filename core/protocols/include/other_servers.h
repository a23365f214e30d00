/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_OTHER_SERVERS_H
#define GOHTTPSNOOP_CORE_OTHER_SERVERS_H

#include "pclntab.h"

/*
 * Servers in a binary that are not traced. The linker leaves out functions that nothing refers to, so if a function
 * of a server exists, the program may use the server.
 */
enum { OTHER_SERVERS_MAX = 16, OTHER_SERVER_NAME = 128 };

struct other_servers {
	char names[OTHER_SERVERS_MAX][OTHER_SERVER_NAME]; /* "requests of net/http/fcgi" */
	size_t count;
};

void other_servers_find(const struct pclntab *table, struct other_servers *ret_servers);

/* Removes a server that is traced, by the import path of its package. */
void other_servers_drop(struct other_servers *servers, const char *server);

/* Writes all of them, separated by commas, for messages. */
void other_servers_format(const struct other_servers *servers, char *text, size_t size);

#endif
