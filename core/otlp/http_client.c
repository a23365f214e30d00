/* SPDX-License-Identifier: MIT */
#include "http_client.h"

#ifdef GOHTTPSNOOP_CURL

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "curl_library.h"

enum {
	MOST_SOCKETS = 64,
	MOST_ANSWER =
		64 *
		1024, /* bytes of a body that are kept: some receivers name each rejected span */
	CONNECT_TIMEOUT = 5000, /* milliseconds */
	ANSWER_TIMEOUT = 10000, /* milliseconds, the default of OpenTelemetry's exporters */
};

struct http_client {
	struct curl_functions curl;
	CURLM *multi;
	uv_loop_t *loop;
	uv_timer_t timer;
	struct curl_slist *headers;
	const char *ca_file;
	char user_agent[64];
	curl_socket_t sockets[MOST_SOCKETS]; /* that libcurl watches */
	size_t socket_count;
};

struct http_post {
	struct http_client *client;
	struct http_post_options options;
	CURL *easy;
	bool is_running;
	char why[CURL_ERROR_SIZE];
	char answer[MOST_ANSWER];
	size_t answer_size;
};

/* ---- answers ---- */

static bool is_unreachable(CURLcode code)
{
	return code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST ||
	       code == CURLE_COULDNT_RESOLVE_PROXY || code == CURLE_SSL_CONNECT_ERROR ||
	       code == CURLE_PEER_FAILED_VERIFICATION;
}

static void finish_post(struct http_post *post, CURLcode code)
{
	struct http_answer answer = { .body = { (const uint8_t *)post->answer,
						post->answer_size } };
	curl_off_t retry_after = 0;
	long status = 0;

	post->client->curl.easy_getinfo(post->easy, CURLINFO_RESPONSE_CODE, &status);
	post->client->curl.easy_getinfo(post->easy, CURLINFO_RETRY_AFTER, &retry_after);
	post->client->curl.multi_remove_handle(post->client->multi, post->easy);
	post->is_running = false;
	if (code == CURLE_OK)
		answer.status = (int)status;
	else
		answer.why = post->why[0] ? post->why : post->client->curl.easy_strerror(code);
	answer.is_unreachable = is_unreachable(code);
	answer.retry_after = retry_after > 0 ? (uint64_t)retry_after : 0;
	post->options.done(post->options.user, &answer);
}

/* done() may send the next request, which libcurl allows here. */
static void finish_posts(struct http_client *client)
{
	CURLMsg *message;
	int left;

	while ((message = client->curl.multi_info_read(client->multi, &left))) {
		struct http_post *post = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		client->curl.easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &post);
		finish_post(post, message->data.result);
	}
}

static size_t on_answer(char *data, size_t size, size_t count, void *user)
{
	struct http_post *post = user;
	size_t bytes = size * count, room = MOST_ANSWER - post->answer_size;
	size_t kept = bytes < room ? bytes : room;

	memcpy(post->answer + post->answer_size, data, kept);
	post->answer_size += kept;
	return bytes;
}

/* ---- the loop ---- */

static void act(struct http_client *client, curl_socket_t socket, int events)
{
	int running;

	client->curl.multi_socket_action(client->multi, socket, events, &running);
	finish_posts(client);
}

static void on_curl_socket_ready(uv_poll_t *poll, int status, int events)
{
	struct http_client *client = poll->data;
	uv_os_fd_t socket;
	int flags = status < 0 ? CURL_CSELECT_ERR : 0;

	if (uv_fileno((uv_handle_t *)poll, &socket) < 0)
		return;
	flags |= events & UV_READABLE ? CURL_CSELECT_IN : 0;
	flags |= events & UV_WRITABLE ? CURL_CSELECT_OUT : 0;
	act(client, socket, flags);
}

static void on_curl_timeout(uv_timer_t *timer)
{
	act(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

/* libcurl sets the time of its next timeout; -1: there is none. It must not be called from here. */
static int set_curl_timer(CURLM *multi, long milliseconds, void *user)
{
	struct http_client *client = user;

	if (milliseconds < 0)
		uv_timer_stop(&client->timer);
	else
		uv_timer_start(&client->timer, on_curl_timeout, (uint64_t)milliseconds, 0);
	return 0;
}

static void on_poll_closed(uv_handle_t *handle)
{
	free(handle);
}

static void forget_socket(struct http_client *client, curl_socket_t socket, uv_poll_t *poll)
{
	for (size_t i = 0; i < client->socket_count; i++) {
		if (client->sockets[i] == socket)
			client->sockets[i] = client->sockets[--client->socket_count];
	}
	if (!poll)
		return;
	client->curl.multi_assign(client->multi, socket, NULL);
	uv_close((uv_handle_t *)poll, on_poll_closed);
}

static uv_poll_t *add_poll(struct http_client *client, curl_socket_t socket)
{
	uv_poll_t *poll = client->socket_count < MOST_SOCKETS ? malloc(sizeof(*poll)) : NULL;

	if (!poll || uv_poll_init_socket(client->loop, poll, socket) < 0) {
		free(poll);
		return NULL;
	}
	poll->data = client;
	client->sockets[client->socket_count++] = socket;
	client->curl.multi_assign(client->multi, socket, poll);
	return poll;
}

/* Without memory the request is only not continued, and ends by its timeout. */
static int watch_socket(CURL *easy, curl_socket_t socket, int what, void *user, void *assigned)
{
	struct http_client *client = user;
	uv_poll_t *poll = assigned;
	int events = (what & CURL_POLL_IN ? UV_READABLE : 0) |
		     (what & CURL_POLL_OUT ? UV_WRITABLE : 0);

	if (what == CURL_POLL_REMOVE) {
		forget_socket(client, socket, poll);
		return 0;
	}
	if (!poll)
		poll = add_poll(client, socket);
	if (poll)
		uv_poll_start(poll, events, on_curl_socket_ready);
	return 0;
}

void http_client_advance(struct http_client *client)
{
	curl_socket_t sockets[MOST_SOCKETS];
	size_t count = client->socket_count;

	/* The list changes meanwhile. A socket that is gone is ignored. Without flags libcurl looks itself what is ready. */
	memcpy(sockets, client->sockets, count * sizeof(sockets[0]));
	for (size_t i = 0; i < count; i++)
		act(client, sockets[i], 0);
	act(client, CURL_SOCKET_TIMEOUT, 0);
}

/* ---- lifetime of the client ---- */

static int add_client_header(struct http_client *client, const char *header)
{
	struct curl_slist *more = client->curl.slist_append(client->headers, header);

	if (!more)
		return -ENOMEM;
	client->headers = more;
	return 0;
}

/* An empty header is one that is not sent. libcurl would wait for an answer to Expect. */
static int add_client_headers(struct http_client *client, const struct http_client_options *options)
{
	int r = add_client_header(client, "Content-Type: application/json");

	if (r == 0)
		r = add_client_header(client, "Expect:");
	for (size_t i = 0; r == 0 && i < options->header_count; i++)
		r = add_client_header(client, options->headers[i]);
	return r;
}

static void on_client_closed(uv_handle_t *handle)
{
	struct http_client *client = handle->data;

	client->curl.slist_free_all(client->headers);
	client->curl.global_cleanup();
	free(client);
}

void http_client_destroy(struct http_client *client)
{
	if (!client)
		return;
	client->curl.multi_cleanup(client->multi);
	uv_close((uv_handle_t *)&client->timer, on_client_closed);
}

static int set_up_client(struct http_client *client, const struct http_client_options *options)
{
	client->multi = client->curl.multi_init();
	if (!client->multi || add_client_headers(client, options) < 0)
		return -ENOMEM;
	client->curl.multi_setopt(client->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
	client->curl.multi_setopt(client->multi, CURLMOPT_SOCKETDATA, client);
	client->curl.multi_setopt(client->multi, CURLMOPT_TIMERFUNCTION, set_curl_timer);
	client->curl.multi_setopt(client->multi, CURLMOPT_TIMERDATA, client);
	return 0;
}

int http_client_create(const struct http_client_options *options, struct http_client **ret_client,
		       struct error *err)
{
	struct http_client *client = calloc(1, sizeof(*client));
	int r = client ? curl_library_load(&client->curl, err) :
			 error_fail(err, -ENOMEM, "out of memory");

	if (r == 0 && client->curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		r = error_fail(err, -ENOMEM, "libcurl cannot be set up");
	if (r < 0) {
		free(client);
		return r;
	}
	client->loop = options->loop;
	client->ca_file = options->ca_file;
	strncpy(client->user_agent, options->user_agent, sizeof(client->user_agent) - 1);
	uv_timer_init(options->loop, &client->timer);
	client->timer.data = client;
	if (set_up_client(client, options) < 0) {
		http_client_destroy(client);
		return error_fail(err, -ENOMEM, "out of memory");
	}
	*ret_client = client;
	return 0;
}

/* ---- requests ---- */

/* Redirects are not followed: headers may have secrets, which are for this receiver alone. */
static CURLcode set_up_post(struct http_post *post)
{
	CURL *easy = post->easy;
	const struct http_client *client = post->client;

	client->curl.easy_setopt(easy, CURLOPT_PRIVATE, post);
	client->curl.easy_setopt(easy, CURLOPT_ERRORBUFFER, post->why);
	client->curl.easy_setopt(easy, CURLOPT_HTTPHEADER, client->headers);
	client->curl.easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_answer);
	client->curl.easy_setopt(easy, CURLOPT_WRITEDATA, post);
	client->curl.easy_setopt(easy, CURLOPT_POST, 1L);
	/* Else timeouts are signals, which end the session's own waiting. */
	client->curl.easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	client->curl.easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT);
	client->curl.easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)ANSWER_TIMEOUT);
#if LIBCURL_VERSION_NUM >= 0x075700
	/* The end of the program does not wait for a lookup of a name. */
	client->curl.easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
	if (client->ca_file)
		client->curl.easy_setopt(easy, CURLOPT_CAINFO, client->ca_file);
	if (client->curl.easy_setopt(easy, CURLOPT_USERAGENT, client->user_agent) != CURLE_OK)
		return CURLE_OUT_OF_MEMORY;
	return client->curl.easy_setopt(easy, CURLOPT_URL, post->options.url);
}

int http_post_create(struct http_client *client, const struct http_post_options *options,
		     struct http_post **ret_post)
{
	struct http_post *post = calloc(1, sizeof(*post));

	if (!post)
		return -ENOMEM;
	post->client = client;
	post->options = *options;
	post->easy = client->curl.easy_init();
	if (!post->easy || set_up_post(post) != CURLE_OK) {
		http_post_destroy(post);
		return -ENOMEM;
	}
	*ret_post = post;
	return 0;
}

int http_post_send(struct http_post *post, struct bytes body)
{
	CURLMcode code;

	post->why[0] = '\0';
	post->answer_size = 0;
	post->client->curl.easy_setopt(post->easy, CURLOPT_POSTFIELDS, (const char *)body.data);
	post->client->curl.easy_setopt(post->easy, CURLOPT_POSTFIELDSIZE_LARGE,
				       (curl_off_t)body.size);
	code = post->client->curl.multi_add_handle(post->client->multi, post->easy);
	if (code != CURLM_OK)
		return code == CURLM_OUT_OF_MEMORY ? -ENOMEM : -EIO;
	post->is_running = true;
	return 0;
}

void http_post_destroy(struct http_post *post)
{
	if (!post)
		return;
	if (post->is_running)
		post->client->curl.multi_remove_handle(post->client->multi, post->easy);
	post->client->curl.easy_cleanup(post->easy);
	free(post);
}

#else

#include <errno.h>
#include <stdlib.h>

/* No client can be created, so nothing else is called. */
int http_client_create(const struct http_client_options *options, struct http_client **ret_client,
		       struct error *err)
{
#ifdef GOHTTPSNOOP_STATIC
	error_hint(err, "take a build that is not static, for example the package gohttpsnoop");
#else
	error_hint(
		err,
		"install libcurl's development files, for example libcurl4-openssl-dev, and build with meson setup -Dotlp=enabled");
#endif
	return error_fail(err, -ENOSYS,
			  "this gohttpsnoop was built without libcurl, which --otlp needs");
}

void http_client_advance(struct http_client *client)
{
	abort();
}

void http_client_destroy(struct http_client *client)
{
	if (client)
		abort();
}

int http_post_create(struct http_client *client, const struct http_post_options *options,
		     struct http_post **ret_post)
{
	abort();
}

int http_post_send(struct http_post *post, struct bytes body)
{
	abort();
}

void http_post_destroy(struct http_post *post)
{
	if (post)
		abort();
}

#endif
