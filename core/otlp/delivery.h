/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_DELIVERY_H
#define GOHTTPSNOOP_CORE_DELIVERY_H

#include <stdbool.h>

#include "http_client.h"
#include "notice.h"
#include "text_buffer.h"

struct uv_loop_s;

/* Brings one body after the other to a URL, and tries again where OTLP permits it. */
struct delivery;

struct delivery_options {
	struct uv_loop_s *loop;
	struct http_client *client; /* outlives the delivery */
	const char *url;	    /* copied */
	const char *
		rejected; /* the key of an answer that counts what was not accepted: "rejectedSpans" */
	/* The body was delivered, but for so many of its items; or it was given up, if this is UINT64_MAX. */
	void (*settled)(void *user, uint64_t rejected);
	void *user;
	struct notifier notifier;
};

/* The only failure is -ENOMEM. */
int delivery_create(const struct delivery_options *options, struct delivery **ret_delivery);
/* Frees the delivery after the loop has closed its handles; run the loop after this. Accepts NULL. */
void delivery_destroy(struct delivery *delivery);

/* Returns whether a body is on its way, or waits for the next try. */
bool delivery_is_busy(const struct delivery *delivery);

/* Takes the text, and leaves an empty one. The delivery must not be busy. */
void delivery_begin(struct delivery *delivery, struct text_buffer *body);

/*
 * Continues without the loop at the end of a session. From the first call on a receiver that cannot be reached is given up.
 */
void delivery_advance(struct delivery *delivery);

/* Whether the last try failed; the error says why. */
bool delivery_has_failed(const struct delivery *delivery, struct error *ret_why);

#endif
