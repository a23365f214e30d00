/* SPDX-License-Identifier: MIT */
/* A file and the readers of a socket get the same lines. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <uv.h>

#include <cmocka.h>

#include "outputs.h"
#include "request_event.h"

enum { BUFFER = 64 * 1024, TEXT = 1 << 20 };

static struct {
	uv_loop_t loop;
	struct outputs *outputs;
	char directory[64], file[96], socket[96];
	char notices[1024];
	int failed;
} stage;

static char text[TEXT];

static void on_failed(void *user, int error)
{
	stage.failed = error;
}

/* Each notice is about the file. */
static void on_notice(void *user, enum notice_level level, const char *told)
{
	assert_memory_equal(told, stage.file, strlen(stage.file));
	snprintf(stage.notices + strlen(stage.notices),
		 sizeof(stage.notices) - strlen(stage.notices), "%s%s\n",
		 level == NOTICE_ERROR ? "error" : "info", told + strlen(stage.file));
}

static int raise_stage(void **state)
{
	memset(&stage, 0, sizeof(stage));
	strcpy(stage.directory, "/tmp/gohttpsnoop-test-XXXXXX");
	assert_non_null(mkdtemp(stage.directory));
	snprintf(stage.file, sizeof(stage.file), "%s/lines", stage.directory);
	snprintf(stage.socket, sizeof(stage.socket), "%s/socket", stage.directory);
	return uv_loop_init(&stage.loop);
}

static int strike_stage(void **state)
{
	outputs_close(stage.outputs);
	uv_run(&stage.loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&stage.loop), 0);
	assert_int_equal(access(stage.socket, F_OK), -1);
	unlink(stage.file);
	return rmdir(stage.directory);
}

static struct outputs_options options_of(bool file, bool socket)
{
	return (struct outputs_options){
		.loop = &stage.loop,
		.file = file ? stage.file : NULL,
		.socket = socket ? stage.socket : NULL,
		.socket_mode = 0600,
		.reader_buffer = BUFFER,
		.version = "1.2.3",
		.failed = on_failed,
		.notifier = { on_notice, NULL },
	};
}

static void open_outputs(bool file, bool socket)
{
	struct outputs_options options = options_of(file, socket);

	assert_int_equal(outputs_open(&options, &stage.outputs, NULL), 0);
}

/* Handles everything that is due on the loop. */
static void turn(void)
{
	for (int i = 0; i < 5; i++)
		uv_run(&stage.loop, UV_RUN_NOWAIT);
}

static int connect_reader(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", stage.socket);
	assert_int_equal(connect(descriptor, (struct sockaddr *)&address, sizeof(address)), 0);
	turn();
	return descriptor;
}

/* Reads everything that is there; "" also at the end. */
static const char *read_all(int descriptor)
{
	size_t used = 0;
	ssize_t size;

	while ((size = read(descriptor, text + used, TEXT - 1 - used)) > 0)
		used += (size_t)size;
	text[used] = '\0';
	return text;
}

static const char *read_file(void)
{
	int descriptor = open(stage.file, O_RDONLY | O_CLOEXEC);

	read_all(descriptor);
	close(descriptor);
	return text;
}

static unsigned count_lines(const char *lines, const char *type)
{
	unsigned count = 0;

	for (const char *at = lines; (at = strstr(at, type)); at++)
		count++;
	return count;
}

static void request(const char *path)
{
	struct event event = request_event_of(path);

	assert_int_equal(outputs_event(stage.outputs, &event), 0);
}

static void attach(const struct process_identity *process, enum event_type type)
{
	struct event event = { .type = type, .process = process };

	assert_int_equal(outputs_event(stage.outputs, &event), 0);
}

/* ---- readers ---- */

static void readers_get_what_happens_while_they_read(void **state)
{
	int first, second;

	open_outputs(false, true);
	request("/nobody-reads");
	first = connect_reader();
	assert_int_equal(count_lines(read_all(first), "\"type\":\"hello\""), 1);
	assert_non_null(strstr(text, "1.2.3"));
	assert_null(strstr(text, "/nobody-reads"));
	request("/one");
	second = connect_reader();
	/* The second reader does not get lines from before it connected. */
	assert_non_null(strstr(read_all(first), "/one"));
	assert_null(strstr(read_all(second), "/one"));
	assert_int_equal(outputs_count(stage.outputs).readers, 2);
	request("/two");
	assert_string_equal(read_all(first), "");
	assert_int_equal(outputs_flush(stage.outputs), 0);
	assert_non_null(strstr(read_all(first), "/two"));
	assert_non_null(strstr(read_all(second), "/two"));
	close(first);
	turn();
	assert_int_equal(outputs_count(stage.outputs).readers, 1);
	request("/three");
	assert_int_equal(outputs_flush(stage.outputs), 0);
	assert_non_null(strstr(read_all(second), "/three"));
	assert_int_equal(outputs_finish(stage.outputs, NULL), 0);
	close(second);
	assert_string_equal(stage.notices, "");
}

static void new_readers_are_told_which_processes_are_traced(void **state)
{
	static const struct process_identity shop = { .pid = 7,
						      .comm = "shop",
						      .exe = "/srv/shop",
						      .go_version = "go1.25.1",
						      .convention = "register" };
	static const struct process_identity cart = { .pid = 8,
						      .comm = "cart",
						      .exe = "/srv/cart",
						      .go_version = "go1.25.1",
						      .convention = "register" };
	int reader;

	open_outputs(false, true);
	attach(&shop, EVENT_ATTACH);
	attach(&cart, EVENT_ATTACH);
	reader = connect_reader();
	read_all(reader);
	assert_non_null(strstr(text, "/srv/shop"));
	assert_non_null(strstr(text, "/srv/cart"));
	close(reader);
	attach(&shop, EVENT_DETACH);
	reader = connect_reader();
	read_all(reader);
	assert_null(strstr(text, "/srv/shop"));
	assert_non_null(strstr(text, "/srv/cart"));
	close(reader);
	turn();
}

static void make_line(char path[static 1000], unsigned number)
{
	memset(path, 'x', 999);
	path[snprintf(path, 999, "/%05u-", number)] = 'x';
	path[999] = '\0';
}

/* A slow reader loses lines and gets their number; the other reader gets all lines. */
static void slow_readers_lose_lines_alone(void **state)
{
	enum { LINES = 1000 };
	int slow, quick;
	unsigned got = 0, lost = 0, total;
	const char *at;
	char path[1000];

	open_outputs(false, true);
	slow = connect_reader();
	quick = connect_reader();
	for (unsigned i = 0; i < LINES; i++) {
		make_line(path, i);
		request(path);
		assert_int_equal(outputs_flush(stage.outputs), 0);
		turn();
		got += count_lines(read_all(quick), "\"type\":\"request\"");
	}
	assert_int_equal(got, LINES);
	total = (unsigned)outputs_count(stage.outputs).lost;
	assert_true(total > 0 && total < LINES);
	/* The slow reader continues, and gets the number of its lost lines. */
	got = 0;
	for (int i = 0; i < 20; i++) {
		read_all(slow);
		got += count_lines(text, "\"type\":\"request\"");
		for (at = text; (at = strstr(at, "\"type\":\"lost\"")); at++)
			lost += (unsigned)strtoul(strstr(at, "\"count\":") + 8, NULL, 10);
		turn();
	}
	assert_int_equal(got + lost, LINES);
	close(slow);
	close(quick);
	turn();
	assert_int_equal(outputs_count(stage.outputs).readers, 0);
	assert_int_equal(outputs_count(stage.outputs).lost, total);
}

/* Readers may use half of the descriptors; further readers wait until one disconnects. */
static void more_readers_than_fit_wait(void **state)
{
	struct rlimit usual, few;
	int readers[40];
	size_t most;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
	few = (struct rlimit){ 60, usual.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	open_outputs(false, true);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual), 0);
	for (size_t i = 0; i < 40; i++)
		readers[i] = connect_reader();
	most = outputs_count(stage.outputs).readers;
	assert_int_equal(most, 30);
	close(readers[0]);
	turn();
	assert_int_equal(outputs_count(stage.outputs).readers, 30);
	assert_non_null(strstr(read_all(readers[30]), "hello"));
	assert_null(strstr(read_all(readers[31]), "hello"));
	for (size_t i = 1; i < 40; i++)
		close(readers[i]);
	turn();
}

/* A reader that cannot be accepted is accepted when a descriptor is free again. */
static void readers_wait_for_descriptors(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct rlimit usual, few;
	int reader = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), lowest;

	open_outputs(false, true);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", stage.socket);
	assert_int_equal(connect(reader, (struct sockaddr *)&address, sizeof(address)), 0);
	lowest = dup(reader);
	close(lowest);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
	few = (struct rlimit){ (rlim_t)lowest, usual.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	turn();
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual), 0);
	assert_int_equal(outputs_count(stage.outputs).readers, 0);
	while (outputs_count(stage.outputs).readers == 0)
		uv_run(&stage.loop, UV_RUN_ONCE);
	assert_int_equal(count_lines(read_all(reader), "\"type\":\"hello\""), 1);
	close(reader);
	turn();
}

/* At the end no reader is accepted: there would be nothing to read. */
static void readers_that_come_at_the_end_are_not_accepted(void **state)
{
	int first, late;

	open_outputs(false, true);
	first = connect_reader();
	request("/one");
	assert_int_equal(outputs_flush(stage.outputs), 0);
	assert_int_equal(outputs_finish(stage.outputs, NULL), 0);
	assert_non_null(strstr(read_all(first), "/one"));
	late = connect_reader();
	/* Nor is it accepted when another reader has disconnected. */
	close(first);
	turn();
	assert_int_equal(outputs_count(stage.outputs).readers, 0);
	assert_string_equal(read_all(late), "");
	close(late);
}

static void a_socket_that_cannot_be_made_is_refused(void **state)
{
	struct outputs_options options = options_of(true, true);
	struct error err = { 0 };

	options.socket = "/no/such/folder/socket";
	assert_int_equal(outputs_open(&options, &stage.outputs, &err), -ENOENT);
	assert_null(stage.outputs);
	assert_string_equal(err.subject, options.socket);
	options.socket = "systemd:";
	err = (struct error){ 0 };
	assert_int_equal(outputs_open(&options, &stage.outputs, &err), -ENOENT);
	assert_string_equal(err.subject, "--socket systemd:");
	assert_string_equal(err.what, "systemd passed no listening Unix socket");
	assert_null(stage.outputs);
}

/* ---- files ---- */

static void files_are_appended_to(void **state)
{
	int descriptor = open(stage.file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	assert_int_equal(write(descriptor, "before\n", 7), 7);
	close(descriptor);
	open_outputs(true, false);
	request("/one");
	request("/two");
	assert_string_equal(read_file(), "before\n");
	assert_int_equal(outputs_flush(stage.outputs), 0);
	read_file();
	assert_int_equal(strncmp(text, "before\n{", 8), 0);
	assert_int_equal(count_lines(text, "\n"), 3);
	assert_true(strstr(text, "/one") < strstr(text, "/two"));
	assert_int_equal(outputs_finish(stage.outputs, NULL), 0);
}

/* Batches are bounded: many lines are written before a flush. */
static void batches_are_written_when_they_are_full(void **state)
{
	char path[1000];

	open_outputs(true, false);
	for (unsigned i = 0; i < BUFFER / 1000; i++) {
		make_line(path, i);
		request(path);
	}
	assert_true(count_lines(read_file(), "\n") > BUFFER / 1000 / 2);
	assert_int_equal(outputs_flush(stage.outputs), 0);
	assert_int_equal(count_lines(read_file(), "\n"), BUFFER / 1000);
}

/* Moves the file away, as logrotate does. */
static void files_are_opened_anew_on_hangup(void **state)
{
	char moved[128];

	open_outputs(true, false);
	request("/one");
	assert_int_equal(outputs_flush(stage.outputs), 0);
	snprintf(moved, sizeof(moved), "%s.1", stage.file);
	assert_int_equal(rename(stage.file, moved), 0);
	request("/two");
	assert_int_equal(outputs_flush(stage.outputs), 0);
	assert_int_equal(access(stage.file, F_OK), -1);
	raise(SIGHUP);
	turn();
	request("/three");
	assert_int_equal(outputs_flush(stage.outputs), 0);
	assert_int_equal(count_lines(read_file(), "\n"), 1);
	assert_non_null(strstr(text, "/three"));
	/* If the file cannot be opened, the old one is kept, and that is reported. */
	assert_int_equal(unlink(stage.file), 0);
	assert_int_equal(mkdir(stage.file, 0700), 0);
	raise(SIGHUP);
	turn();
	assert_non_null(
		strstr(stage.notices, "error: cannot be reopened, so the old file is kept"));
	request("/four");
	assert_int_equal(outputs_flush(stage.outputs), 0);
	assert_int_equal(rmdir(stage.file), 0);
	assert_int_equal(outputs_finish(stage.outputs, NULL), 0);
	assert_int_equal(unlink(moved), 0);
}

/* Calls `then` with a limit on the size of files. */
static void with_file_size(rlim_t most, void (*then)(void))
{
	struct rlimit usual, small;

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &usual), 0);
	small = (struct rlimit){ most, usual.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	then();
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &usual), 0);
}

static void write_too_much(void)
{
	char path[1000];

	for (unsigned i = 0; i < 200; i++) {
		make_line(path, i);
		request(path);
		assert_int_equal(outputs_flush(stage.outputs), 0);
	}
}

/* On a full disk lines wait, then are lost and counted. The count is written when there is room again. */
static void files_that_cannot_be_written_are_told_of(void **state)
{
	unsigned lost = 0, got;
	const char *at;

	open_outputs(true, false);
	with_file_size(4096, write_too_much);
	assert_non_null(strstr(stage.notices, "error: cannot be written; lines are queued"));
	assert_int_equal(count_lines(stage.notices, "\n"), 1);
	while (!strstr(stage.notices, "info: can be written again"))
		uv_run(&stage.loop, UV_RUN_ONCE);
	request("/after");
	assert_int_equal(outputs_flush(stage.outputs), 0);
	assert_int_equal(outputs_finish(stage.outputs, NULL), 0);
	read_file();
	got = count_lines(text, "\"type\":\"request\"");
	for (at = text; (at = strstr(at, "\"type\":\"lost\"")); at++)
		lost += (unsigned)strtoul(strstr(at, "\"count\":") + 8, NULL, 10);
	assert_true(lost > 0);
	assert_int_equal(got + lost, 201);
	assert_non_null(strstr(stage.notices, " lines lost while the file could not be written"));
}

static void end_with_trouble(void)
{
	struct error err = { 0 };

	request("/one");
	assert_int_equal(outputs_flush(stage.outputs), 0);
	assert_int_equal(outputs_finish(stage.outputs, &err), -EFBIG);
	assert_string_equal(err.subject, stage.file);
	assert_non_null(strstr(err.what, "1 lines lost: the file cannot be written"));
}

static void lines_that_were_never_written_are_an_error(void **state)
{
	open_outputs(true, false);
	with_file_size(1, end_with_trouble);
}

static void files_that_cannot_be_opened_are_refused(void **state)
{
	struct outputs_options options = options_of(true, false);
	struct error err = { 0 };

	options.file = stage.directory;
	assert_int_equal(outputs_open(&options, &stage.outputs, &err), -EISDIR);
	assert_string_equal(err.subject, stage.directory);
	assert_null(stage.outputs);
	/* A FIFO without a reader does not block. */
	assert_int_equal(mkfifo(stage.file, 0600), 0);
	options.file = stage.file;
	assert_int_equal(outputs_open(&options, &stage.outputs, NULL), -ENXIO);
	assert_null(stage.outputs);
}

static void fifos_are_written_as_streams(void **state)
{
	int reader;

	assert_int_equal(mkfifo(stage.file, 0600), 0);
	reader = open(stage.file, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	open_outputs(true, false);
	request("/one");
	assert_int_equal(outputs_flush(stage.outputs), 0);
	turn();
	assert_non_null(strstr(read_all(reader), "/one"));
	close(reader);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, raise_stage, strike_stage)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(readers_get_what_happens_while_they_read),
		TEST(new_readers_are_told_which_processes_are_traced),
		TEST(slow_readers_lose_lines_alone),
		TEST(more_readers_than_fit_wait),
		TEST(readers_wait_for_descriptors),
		TEST(readers_that_come_at_the_end_are_not_accepted),
		TEST(a_socket_that_cannot_be_made_is_refused),
		TEST(files_are_appended_to),
		TEST(batches_are_written_when_they_are_full),
		TEST(files_are_opened_anew_on_hangup),
		TEST(files_that_cannot_be_written_are_told_of),
		TEST(lines_that_were_never_written_are_an_error),
		TEST(files_that_cannot_be_opened_are_refused),
		TEST(fifos_are_written_as_streams),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
