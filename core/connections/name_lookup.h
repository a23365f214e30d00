/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_NAME_LOOKUP_H
#define GOHTTPSNOOP_CORE_NAME_LOOKUP_H

#include <stddef.h>
#include <sys/socket.h>

#include "endpoint.h"

enum { LOOKUP_MOST_ADDRESSES = 8 };

struct socket_address {
	struct sockaddr_storage address;
	socklen_t size;
};

/* The addresses of a host. */
struct socket_addresses {
	struct socket_address items[LOOKUP_MOST_ADDRESSES];
	size_t count;
};

/* Fills in the addresses of an endpoint for which nobody must be asked; returns whether it is one. */
bool socket_addresses_known(const struct endpoint *endpoint,
			    struct socket_addresses *ret_addresses);

/*
 * Asks for the addresses of a TCP endpoint in a thread of its own. uv_getaddrinfo() is not used because a request that has
 * begun cannot be cancelled, and the loop, and so the program, could not end before the name servers' timeouts.
 */
struct name_lookup;

int name_lookup_start(const struct endpoint *endpoint, struct name_lookup **ret_lookup,
		      struct error *err);

/* A descriptor that becomes readable when the lookup has ended. */
int name_lookup_descriptor(const struct name_lookup *lookup);

/* The result, after the descriptor became readable. -EHOSTUNREACH: there are no addresses; `err` says why. */
int name_lookup_result(const struct name_lookup *lookup, struct socket_addresses *ret_addresses,
		       struct error *err);

/* Also ends a lookup that still runs: its result is discarded. Accepts NULL. */
void name_lookup_destroy(struct name_lookup *lookup);

#endif
