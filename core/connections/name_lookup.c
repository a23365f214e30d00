/* SPDX-License-Identifier: MIT */
#include "name_lookup.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/un.h>
#include <unistd.h>

/* Shared by the thread and who started it; the last of them frees it. */
struct name_lookup {
	struct endpoint endpoint;
	atomic_int references;
	int done;		  /* an eventfd */
	int result, system_error; /* of getaddrinfo() */
	struct socket_addresses addresses;
};

static void name_lookup_release(struct name_lookup *lookup)
{
	if (atomic_fetch_sub(&lookup->references, 1) > 1)
		return;
	close(lookup->done);
	free(lookup);
}

/* ---- addresses ---- */

static void add_address(struct socket_addresses *addresses, const void *address, size_t size)
{
	struct socket_address *item = &addresses->items[addresses->count];

	if (addresses->count == LOOKUP_MOST_ADDRESSES || size > sizeof(item->address))
		return;
	memcpy(&item->address, address, size);
	item->size = (socklen_t)size;
	addresses->count++;
}

static void add_path(struct socket_addresses *addresses, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	memcpy(address.sun_path, path, strlen(path) + 1);
	add_address(addresses, &address, sizeof(address));
}

/* Returns the result of getaddrinfo(). */
static int look_up(const struct endpoint *endpoint, int flags, struct socket_addresses *addresses)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
					.ai_flags = AI_NUMERICSERV | flags };
	struct addrinfo *found;
	int r = getaddrinfo(endpoint->host, endpoint->port, &hints, &found);

	if (r != 0)
		return r;
	for (const struct addrinfo *item = found; item; item = item->ai_next)
		add_address(addresses, item->ai_addr, item->ai_addrlen);
	freeaddrinfo(found);
	return 0;
}

bool socket_addresses_known(const struct endpoint *endpoint, struct socket_addresses *ret_addresses)
{
	ret_addresses->count = 0;
	if (endpoint->kind == ENDPOINT_UNIX)
		add_path(ret_addresses, endpoint->path);
	else
		look_up(endpoint, AI_NUMERICHOST, ret_addresses);
	return ret_addresses->count > 0;
}

/* ---- the thread ---- */

static void *name_lookup_run(void *user)
{
	static const uint64_t ONE = 1;
	struct name_lookup *lookup = user;

	lookup->result = look_up(&lookup->endpoint, 0, &lookup->addresses);
	lookup->system_error = errno;
	/* A write of 8 bytes to an eventfd fails only if its count is at its limit. */
	while (write(lookup->done, &ONE, sizeof(ONE)) < 0 && errno == EINTR)
		;
	name_lookup_release(lookup);
	return NULL;
}

/* Signals are handled by the thread of the loop. */
static int start_thread(struct name_lookup *lookup)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	pthread_t thread;
	int r;

	sigfillset(&all);
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = pthread_create(&thread, &attributes, name_lookup_run, lookup);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return -r;
}

int name_lookup_start(const struct endpoint *endpoint, struct name_lookup **ret_lookup,
		      struct error *err)
{
	struct name_lookup *lookup = calloc(1, sizeof(*lookup));
	int r;

	if (!lookup)
		return error_fail(err, -ENOMEM, "out of memory");
	lookup->endpoint = *endpoint;
	lookup->done = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (lookup->done < 0) {
		r = -errno;
		free(lookup);
		return error_fail(err, r, "its name cannot be resolved: %s", strerror(-r));
	}
	atomic_init(&lookup->references, 2);
	r = start_thread(lookup);
	if (r < 0) {
		atomic_store(&lookup->references, 1);
		name_lookup_release(lookup);
		return error_fail(err, r, "its name cannot be resolved: no thread: %s",
				  strerror(-r));
	}
	*ret_lookup = lookup;
	return 0;
}

int name_lookup_descriptor(const struct name_lookup *lookup)
{
	return lookup->done;
}

int name_lookup_result(const struct name_lookup *lookup, struct socket_addresses *ret_addresses,
		       struct error *err)
{
	if (lookup->result != 0)
		return error_fail(err, -EHOSTUNREACH, "its name cannot be resolved: %s",
				  lookup->result == EAI_SYSTEM ? strerror(lookup->system_error) :
								 gai_strerror(lookup->result));
	*ret_addresses = lookup->addresses;
	return 0;
}

void name_lookup_destroy(struct name_lookup *lookup)
{
	if (lookup)
		name_lookup_release(lookup);
}
