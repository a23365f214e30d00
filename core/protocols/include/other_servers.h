/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_OTHER_SERVERS_H
#define GOHTTPSNOOP_CORE_OTHER_SERVERS_H

#include "pclntab.h"

/*
 * What else in a binary handles requests, past the servers that are traced. The linker leaves out what
 * nothing refers to, so a function of a server that is there says that the program may use it.
 */
enum { OTHER_SERVERS_MAX = 16, OTHER_SERVER_NAME = 128 };

struct other_servers {
	char names[OTHER_SERVERS_MAX][OTHER_SERVER_NAME]; /* "requests of net/http/fcgi" */
	size_t count;
};

void other_servers_find(const struct pclntab *table, struct other_servers *ret_servers);

/* Takes out what is traced after all: a server by the import path of its package. */
void other_servers_drop(struct other_servers *servers, const char *server);

/* All of them, with commas between, for messages. */
void other_servers_format(const struct other_servers *servers, char *text, size_t size);

#endif
