/* SPDX-License-Identifier: MIT */
/* Lines for a listener that comes and goes. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
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

#include "outputs.h"
#include "request_event.h"

enum { BUFFER = 64 * 1024, TEXT = 1 << 20, TURNS = 3000 };

static struct {
	uv_loop_t loop;
	struct outputs *outputs;
	struct endpoint endpoint;
	char directory[64], address[96], notices[2048];
	int listening, connection; /* -1: there is none */
	char text[TEXT];	   /* what this connection brought */
	size_t size;
} stage;

static void on_failed(void *user, int error)
{
	fail_msg("the outputs failed: %d", error);
}

static void on_notice(void *user, enum notice_level level, const char *told)
{
	snprintf(stage.notices + strlen(stage.notices),
		 sizeof(stage.notices) - strlen(stage.notices), "%s\n", told);
}

static const char *path_of(void)
{
	return stage.address + strlen("unix:");
}

static void start_listening(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	strcpy(address.sun_path, path_of());
	stage.listening = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(stage.listening, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(stage.listening, 5), 0);
}

static void stop_listening(void)
{
	close(stage.listening);
	unlink(path_of());
	stage.listening = -1;
}

static int raise_stage(void **state)
{
	struct outputs_options options = {
		.loop = &stage.loop,
		.connections = &stage.endpoint,
		.connection_count = 1,
		.reader_buffer = BUFFER,
		.version = "1.2.3",
		.failed = on_failed,
		.notifier = { on_notice, NULL },
	};

	memset(&stage, 0, sizeof(stage));
	stage.listening = stage.connection = -1;
	strcpy(stage.directory, "/tmp/gohttpsnoop-test-XXXXXX");
	assert_non_null(mkdtemp(stage.directory));
	snprintf(stage.address, sizeof(stage.address), "unix:%s/s", stage.directory);
	assert_int_equal(endpoint_parse(stage.address, &stage.endpoint, NULL), 0);
	assert_int_equal(uv_loop_init(&stage.loop), 0);
	return outputs_open(&options, &stage.outputs, NULL);
}

static int strike_stage(void **state)
{
	outputs_close(stage.outputs);
	uv_run(&stage.loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&stage.loop), 0);
	if (stage.connection >= 0)
		close(stage.connection);
	if (stage.listening >= 0)
		stop_listening();
	return rmdir(stage.directory);
}

static void turn_loop(void)
{
	uv_run(&stage.loop, UV_RUN_NOWAIT);
	usleep(1000);
}

static void accept_connection(void)
{
	for (int i = 0; i < TURNS && stage.connection < 0; i++) {
		turn_loop();
		stage.connection = accept4(stage.listening, NULL, NULL, SOCK_NONBLOCK);
	}
	assert_true(stage.connection >= 0);
	stage.size = 0;
}

/* Reads until the text is there. */
static void read_until(const char *text)
{
	for (int i = 0; i < TURNS; i++) {
		ssize_t size = read(stage.connection, stage.text + stage.size,
				    sizeof(stage.text) - 1 - stage.size);

		if (size > 0)
			stage.size += (size_t)size;
		stage.text[stage.size] = '\0';
		if (strstr(stage.text, text))
			return;
		turn_loop();
	}
	fail_msg("%s did not come: %s", text, stage.text);
}

/* Ends the connection in order, and returns whether the tool ended it, too. */
static bool end_connection(void)
{
	ssize_t size = -1;

	shutdown(stage.connection, SHUT_WR);
	for (int i = 0; i < TURNS && size != 0; i++) {
		turn_loop();
		size = read(stage.connection, stage.text + stage.size,
			    sizeof(stage.text) - 1 - stage.size);
		stage.size += size > 0 ? (size_t)size : 0;
	}
	stage.text[stage.size] = '\0';
	close(stage.connection);
	stage.connection = -1;
	return size == 0;
}

static void send_request(const char *path)
{
	struct event event = request_event_of(path);

	assert_int_equal(outputs_event(stage.outputs, &event), 0);
	assert_int_equal(outputs_flush(stage.outputs), 0);
}

static size_t count_text(const char *text)
{
	size_t count = 0;

	for (const char *at = stage.text; (at = strstr(at, text)); at++)
		count++;
	return count;
}

/* ---- tests ---- */

static void greets_and_sends_what_was_queued(void **state)
{
	start_listening();
	send_request("/before");
	accept_connection();
	read_until("/before");
	assert_memory_equal(stage.text, "{\"type\":\"hello\"", 15);
	send_request("/after");
	read_until("/after");
	assert_int_equal(count_text("hello"), 1);
	assert_int_equal(outputs_count(stage.outputs).readers, 1);
	assert_int_equal(outputs_finish(stage.outputs, NULL), 0);
}

static void connects_again(void **state)
{
	char path[32];

	start_listening();
	for (int i = 0; i < 4; i++) {
		accept_connection();
		snprintf(path, sizeof(path), "/first-%d", i);
		send_request(path);
		read_until(path);
		assert_true(end_connection());
		assert_int_equal(count_text("hello"), 1);
		snprintf(path, sizeof(path), "/away-%d", i);
		send_request(path);
	}
	accept_connection();
	read_until("/away-3");
	assert_null(strstr(stage.text, "/away-2"));
	assert_int_equal(outputs_finish(stage.outputs, NULL), 0);
}

static void tells_a_change_once(void **state)
{
	const char *at;

	for (int i = 0; i < 600; i++)
		turn_loop();
	at = strstr(stage.notices, "cannot be connected: No such file or directory");
	assert_non_null(at);
	assert_null(strstr(at + 1, "cannot be connected"));
	start_listening();
	accept_connection();
	read_until("hello");
	assert_non_null(strstr(stage.notices, "connected\n"));
	stop_listening();
	assert_true(end_connection());
	for (int i = 0; i < 300; i++)
		turn_loop();
	at = strstr(stage.notices, "the listener closed the connection");
	assert_non_null(at);
	assert_null(strstr(at, "cannot be connected"));
}

static void counts_what_it_loses(void **state)
{
	unsigned long long lost = 0;

	for (int i = 0; i < 2000; i++)
		send_request("/lost");
	start_listening();
	accept_connection();
	read_until("\"where\":\"listener\"");
	assert_int_equal(sscanf(strstr(stage.text, "\"count\":"), "\"count\":%llu", &lost), 1);
	assert_int_equal(count_text("/lost") + lost, 2000);
	assert_int_equal(outputs_count(stage.outputs).lost, lost);
	assert_int_equal(outputs_finish(stage.outputs, NULL), 0);
}

static void fails_if_nobody_is_there_at_the_end(void **state)
{
	struct error err = { 0 };

	send_request("/one");
	assert_int_equal(outputs_finish(stage.outputs, &err), -ENOENT);
	assert_string_equal(err.subject, stage.address);
	assert_string_equal(err.what,
			    "1 event lost: cannot be connected: No such file or directory");
}

static void tries_once_more_at_the_end(void **state)
{
	send_request("/one");
	for (int i = 0; i < 100; i++)
		turn_loop();
	start_listening();
	assert_int_equal(outputs_finish(stage.outputs, NULL), 0);
	stage.connection = accept4(stage.listening, NULL, NULL, SOCK_NONBLOCK);
	assert_true(stage.connection >= 0);
	read_until("/one");
}

static void nothing_to_send_is_no_failure(void **state)
{
	assert_int_equal(outputs_finish(stage.outputs, NULL), 0);
}

int main(void)
{
#define STAGED(name) cmocka_unit_test_setup_teardown(name, raise_stage, strike_stage)
	const struct CMUnitTest tests[] = {
		STAGED(greets_and_sends_what_was_queued),
		STAGED(connects_again),
		STAGED(tells_a_change_once),
		STAGED(counts_what_it_loses),
		STAGED(fails_if_nobody_is_there_at_the_end),
		STAGED(tries_once_more_at_the_end),
		STAGED(nothing_to_send_is_no_failure),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
