/* SPDX-License-Identifier: MIT */
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
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include <cmocka.h>

#include "sink.h"

/* A sink on a loop, and what it reported. */
struct stage {
	uv_loop_t loop;
	struct sink *sink;
	int error;
	unsigned notices;
};

static void on_failed(void *user, int error)
{
	struct stage *stage = user;

	assert_int_equal(stage->error, 0);
	stage->error = error;
}

static void on_notice(void *user, enum notice_level level, const char *told)
{
	struct stage *stage = user;

	assert_int_equal(level, NOTICE_INFO);
	stage->notices++;
}

static void raise_stage(struct stage *stage, int descriptor)
{
	struct sink_options options = {
		.loop = &stage->loop,
		.limit = 4 << 20,
		.failed = on_failed,
		.notifier = { on_notice, stage },
		.user = stage,
	};

	*stage = (struct stage){ 0 };
	uv_loop_init(&stage->loop);
	assert_int_equal(sink_create_stream(&options, descriptor, &stage->sink, NULL), 0);
	assert_true(sink_wants(stage->sink));
}

static void strike_stage(struct stage *stage)
{
	sink_close(stage->sink);
	uv_run(&stage->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&stage->loop), 0);
}

static int write_text(struct stage *stage, const char *text)
{
	struct batch batch = { 0 };
	int r;

	batch_add(&batch, (struct bytes){ (const uint8_t *)text, strlen(text) }, 1);
	r = sink_write(stage->sink, &batch);
	batch_finish(&batch);
	return r;
}

/* Lines of many sizes, up to larger than any pipe. */
enum { LARGEST = 600000, LINES = 9 };

static size_t line_size(size_t index)
{
	static const size_t sizes[] = { 2, 100, 65536, 262143, 262144, 262145, 3, LARGEST, 17 };

	return sizes[index % LINES];
}

static void write_lines(struct stage *stage)
{
	struct batch batch = { 0 };
	uint8_t *line = malloc(LARGEST);

	for (size_t i = 0; i < LINES; i++) {
		memset(line, 'a' + (int)(i % 26), line_size(i));
		line[line_size(i) - 1] = '\n';
		batch_clear(&batch);
		batch_add(&batch, (struct bytes){ line, line_size(i) }, 1);
		assert_int_equal(sink_write(stage->sink, &batch), 0);
	}
	free(line);
	batch_finish(&batch);
}

/* Reads while the loop writes; returns the number of correct bytes. */
static size_t read_lines(struct stage *stage, int descriptor)
{
	static char buffer[65536];
	size_t line = 0, at = 0, right = 0;

	for (int idle = 0; idle < 20; idle++) {
		ssize_t size = read(descriptor, buffer, sizeof(buffer));

		uv_run(&stage->loop, UV_RUN_NOWAIT);
		for (ssize_t i = 0; i < size; i++, idle = 0) {
			char wanted = at + 1 < line_size(line) ? 'a' + (int)(line % 26) : '\n';

			right += buffer[i] == wanted;
			if (++at == line_size(line)) {
				at = 0;
				line++;
			}
		}
	}
	return line == LINES && at == 0 ? right : 0;
}

static size_t total_size(void)
{
	size_t total = 0;

	for (size_t i = 0; i < LINES; i++)
		total += line_size(i);
	return total;
}

static void check_slow_reader(int ends[2])
{
	int flags = fcntl(ends[1], F_GETFL);
	struct stage stage;

	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	raise_stage(&stage, ends[1]);
	write_lines(&stage); /* returns although nobody reads */
	assert_int_equal(read_lines(&stage, ends[0]), total_size());
	assert_int_equal(sink_end(stage.sink), 0);
	assert_int_equal(sink_conclude(stage.sink, NULL), 0);
	assert_int_equal(stage.notices, 0);
	strike_stage(&stage);
	/* The descriptor and its flags belong to the caller. */
	assert_int_equal(fcntl(ends[1], F_GETFL), flags);
	close(ends[0]);
	close(ends[1]);
}

static void does_not_wait_for_a_slow_reader(void **state)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	check_slow_reader(ends);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	check_slow_reader(ends);
}

static void writes_files_at_once(void **state)
{
	FILE *file = tmpfile();
	struct stage stage;

	raise_stage(&stage, fileno(file));
	write_lines(&stage);
	assert_int_equal(sink_end(stage.sink), 0);
	rewind(file);
	assert_int_equal(read_lines(&stage, fileno(file)), total_size());
	strike_stage(&stage);
	fclose(file);
}

static void tells_what_nobody_took(void **state)
{
	struct stage stage;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	raise_stage(&stage, ends[1]);
	write_lines(&stage);
	assert_true(sink_end(stage.sink) > 0);
	assert_int_equal(sink_conclude(stage.sink, NULL), 0);
	assert_int_equal(stage.notices, 1);
	strike_stage(&stage);
	close(ends[0]);
	close(ends[1]);
}

static void tells_that_nobody_reads(void **state)
{
	struct stage stage;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	raise_stage(&stage, ends[1]);
	close(ends[0]);
	assert_int_equal(write_text(&stage, "line\n"), -EPIPE);
	assert_int_equal(sink_end(stage.sink), 0);
	assert_int_equal(sink_conclude(stage.sink, NULL), 0);
	assert_int_equal(stage.notices, 0);
	strike_stage(&stage);
	close(ends[1]);
}

/* While lines wait, the loop notices that the reader is gone. */
static void tells_later_that_nobody_reads(void **state)
{
	struct stage stage;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	raise_stage(&stage, ends[1]);
	write_lines(&stage);
	uv_run(&stage.loop, UV_RUN_NOWAIT);
	assert_int_equal(stage.error, 0);
	close(ends[0]);
	uv_run(&stage.loop, UV_RUN_ONCE);
	assert_int_equal(stage.error, -EPIPE);
	uv_run(&stage.loop, UV_RUN_NOWAIT);
	strike_stage(&stage);
	close(ends[1]);
}

static void tells_other_errors(void **state)
{
	int descriptor = open("/dev/full", O_WRONLY);
	struct stage stage;

	raise_stage(&stage, descriptor);
	assert_int_equal(write_text(&stage, "line\n"), -ENOSPC);
	strike_stage(&stage);
	close(descriptor);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(does_not_wait_for_a_slow_reader),
		cmocka_unit_test(writes_files_at_once),
		cmocka_unit_test(tells_what_nobody_took),
		cmocka_unit_test(tells_that_nobody_reads),
		cmocka_unit_test(tells_later_that_nobody_reads),
		cmocka_unit_test(tells_other_errors),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
