/* SPDX-License-Identifier: MIT */
/* Connecting to endpoints, with the loop and without it. */
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <uv.h>

#include <cmocka.h>

#include "dialer.h"

static struct {
	uv_loop_t loop;
	struct endpoint endpoint;
	struct dialer *dialer;
	char directory[64], text[128];
	int listening;
	int connected, failed; /* calls */
	int descriptor;
	struct error why;
} stage;

static void on_connected(void *user, int descriptor)
{
	stage.connected++;
	stage.descriptor = descriptor;
}

static void on_failed(void *user, const struct error *why)
{
	stage.failed++;
	stage.why = *why;
}

static int raise_stage(void **state)
{
	memset(&stage, 0, sizeof(stage));
	strcpy(stage.directory, "/tmp/gohttpsnoop-test-XXXXXX");
	assert_non_null(mkdtemp(stage.directory));
	stage.listening = stage.descriptor = -1;
	return uv_loop_init(&stage.loop);
}

static int strike_stage(void **state)
{
	dialer_destroy(stage.dialer);
	uv_run(&stage.loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&stage.loop), 0);
	if (stage.descriptor >= 0)
		close(stage.descriptor);
	if (stage.listening >= 0)
		close(stage.listening);
	if (strncmp(stage.text, "unix:", 5) == 0)
		unlink(stage.text + 5);
	return rmdir(stage.directory);
}

static void dial(const char *text)
{
	struct dialer_options options = {
		.loop = &stage.loop,
		.endpoint = &stage.endpoint,
		.connected = on_connected,
		.failed = on_failed,
	};

	if (text != stage.text)
		snprintf(stage.text, sizeof(stage.text), "%s", text);
	assert_int_equal(endpoint_parse(stage.text, &stage.endpoint, NULL), 0);
	assert_int_equal(dialer_create(&options, &stage.dialer), 0);
	dialer_start(stage.dialer);
}

static void listen_unix(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(stage.text, sizeof(stage.text), "unix:%s/s", stage.directory);
	strcpy(address.sun_path, stage.text + 5);
	stage.listening = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(stage.listening, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(stage.listening, 0), 0);
}

/* Returns the port, of which nobody listens if `closed`. */
static void bind_tcp(const char *host, bool closed)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);

	stage.listening = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(stage.listening, (struct sockaddr *)&address, size), 0);
	if (!closed)
		assert_int_equal(listen(stage.listening, 5), 0);
	assert_int_equal(getsockname(stage.listening, (struct sockaddr *)&address, &size), 0);
	snprintf(stage.text, sizeof(stage.text), "tcp:%s:%u", host, ntohs(address.sin_port));
}

static void connects_to_a_path(void **state)
{
	listen_unix();
	dial(stage.text);
	assert_int_equal(stage.connected, 1);
	assert_false(dialer_is_busy(stage.dialer));
}

static void connects_to_a_port(void **state)
{
	bind_tcp("127.0.0.1", false);
	dial(stage.text);
	while (dialer_is_busy(stage.dialer))
		uv_run(&stage.loop, UV_RUN_ONCE);
	assert_int_equal(stage.connected, 1);
}

/* The name has an address of each family, of which one is refused. */
static void connects_to_a_name(void **state)
{
	bind_tcp("localhost", false);
	dial(stage.text);
	assert_true(dialer_is_busy(stage.dialer));
	while (dialer_is_busy(stage.dialer))
		uv_run(&stage.loop, UV_RUN_ONCE);
	assert_int_equal(stage.connected, 1);
}

static void connects_without_the_loop(void **state)
{
	bind_tcp("localhost", false);
	dial(stage.text);
	for (int i = 0; i < 10000 && dialer_is_busy(stage.dialer); i++) {
		dialer_advance(stage.dialer);
		usleep(1000);
	}
	assert_int_equal(stage.connected, 1);
}

static void says_what_failed(void **state)
{
	bind_tcp("127.0.0.1", true);
	dial(stage.text);
	while (dialer_is_busy(stage.dialer))
		uv_run(&stage.loop, UV_RUN_ONCE);
	assert_int_equal(stage.failed, 1);
	assert_int_equal(stage.why.code, -ECONNREFUSED);
	assert_string_equal(stage.why.what, "cannot be connected: Connection refused");
}

static void says_what_is_missing(void **state)
{
	dial("unix:/proc/none");
	assert_int_equal(stage.failed, 1);
	assert_int_equal(stage.why.code, -ENOENT);
	dialer_start(stage.dialer);
	assert_int_equal(stage.failed, 2);
}

static void says_that_the_queue_is_full(void **state)
{
	listen_unix();
	dial(stage.text);
	close(stage.descriptor);
	dialer_start(stage.dialer);
	assert_int_equal(stage.failed, 1);
	assert_int_equal(stage.why.code, -EAGAIN);
	stage.descriptor = -1;
}

static void ends_while_it_connects(void **state)
{
	bind_tcp("127.0.0.1", false);
	dial(stage.text);
	assert_true(dialer_is_busy(stage.dialer) || stage.connected);
}

static void ends_while_it_resolves(void **state)
{
	bind_tcp("localhost", false);
	dial(stage.text);
	assert_true(dialer_is_busy(stage.dialer));
}

int main(void)
{
#define STAGED(name) cmocka_unit_test_setup_teardown(name, raise_stage, strike_stage)
	const struct CMUnitTest tests[] = {
		STAGED(connects_to_a_path),
		STAGED(connects_to_a_port),
		STAGED(connects_to_a_name),
		STAGED(connects_without_the_loop),
		STAGED(says_what_failed),
		STAGED(says_what_is_missing),
		STAGED(says_that_the_queue_is_full),
		STAGED(ends_while_it_connects),
		STAGED(ends_while_it_resolves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
