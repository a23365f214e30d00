/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_HTTP_CLIENT_H
#define GOHTTPSNOOP_CORE_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bytes.h"
#include "error.h"

struct uv_loop_s;

/* Sends HTTP requests on a libuv loop, without waiting. */
struct http_client;

struct http_client_options {
	struct uv_loop_s *loop;
	const char *user_agent;
	const char *const *headers; /* "Name: value", of each request; copied */
	size_t header_count;
	const char *ca_file; /* the certificates to trust instead of the system's, or NULL */
};

/* -ENOSYS: this build has no library for it; the error says so. */
int http_client_create(const struct http_client_options *options, struct http_client **ret_client,
		       struct error *err);

/* Continues without the loop, which no longer runs at the end of a session. */
void http_client_advance(struct http_client *client);

/* Frees the client after the loop has closed its handles; run the loop after this. Its posts must be destroyed. Accepts NULL. */
void http_client_destroy(struct http_client *client);

/* What became of a request. The texts are valid until the callback returns. */
struct http_answer {
	int status;	      /* of HTTP; 0: there was no answer */
	bool is_unreachable;  /* there was not even a connection */
	const char *why;      /* why there was no answer */
	uint64_t retry_after; /* seconds that the receiver asks to wait; 0: it does not say */
	struct bytes body;    /* at most some kilobytes of it */
};

/* A request that can be sent again and again, one at a time. */
struct http_post;

struct http_post_options {
	const char *url; /* copied */
	/* Called from the loop, or by http_client_advance(), once for each http_post_send(). */
	void (*done)(void *user, const struct http_answer *answer);
	void *user;
};

/* The only failure is -ENOMEM. */
int http_post_create(struct http_client *client, const struct http_post_options *options,
		     struct http_post **ret_post);

/* Sends a body of JSON, which must be valid until done() is called. A failure, -EIO or -ENOMEM, is final for this request. */
int http_post_send(struct http_post *post, struct bytes body);

/* Also ends a request that still runs; done() is not called for it. Accepts NULL. */
void http_post_destroy(struct http_post *post);

#endif
