/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmocka.h>

#include "sink.h"

static struct bytes text_bytes(const char *text)
{
	return (struct bytes){(const uint8_t *)text, strlen(text)};
}

static struct sink *sink_on(int descriptor)
{
	struct sink *sink;

	assert_int_equal(sink_create_stream(descriptor, &sink), 0);
	return sink;
}

static int pending(int descriptor)
{
	int count = -1;

	assert_int_equal(ioctl(descriptor, FIONREAD, &count), 0);
	return count;
}

static void gathers_until_flushed(void **state)
{
	struct sink *sink;
	char text[64];
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	sink = sink_on(ends[1]);
	assert_int_equal(sink_flush(sink), 0);
	assert_int_equal(sink_write(sink, text_bytes("one\n")), 0);
	assert_int_equal(sink_write(sink, text_bytes("two\n")), 0);
	assert_int_equal(pending(ends[0]), 0);
	assert_int_equal(sink_flush(sink), 0);
	assert_int_equal(pending(ends[0]), 8);
	assert_int_equal(sink_flush(sink), 0);
	assert_int_equal(read(ends[0], text, sizeof(text)), 8);
	assert_memory_equal(text, "one\ntwo\n", 8);
	sink_destroy(sink);
	/* The descriptor is the caller's. */
	assert_int_equal(fcntl(ends[1], F_GETFD), 0);
	close(ends[0]);
	close(ends[1]);
	sink_destroy(NULL);
}

/* Lines of many sizes, up to larger than any buffer, arrive whole and in order. */
enum { LARGEST = 600000 };

static size_t line_size(size_t index)
{
	static const size_t sizes[] = {1, 100, 65536, 262143, 262144, 262145, 3, LARGEST, 17};

	return sizes[index % (sizeof(sizes) / sizeof(sizes[0]))];
}

static void write_lines(struct sink *sink, size_t count)
{
	uint8_t *line = malloc(LARGEST);

	for (size_t i = 0; i < count; i++) {
		memset(line, 'a' + (int)(i % 26), LARGEST);
		assert_int_equal(sink_write(sink, (struct bytes){line, line_size(i)}), 0);
	}
	assert_int_equal(sink_flush(sink), 0);
	free(line);
}

/* Reads everything and returns how many bytes were as they should be. */
static size_t check_lines(FILE *file, size_t count)
{
	size_t right = 0;

	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < line_size(i); j++)
			right += getc(file) == 'a' + (int)(i % 26);
	}
	return getc(file) == EOF ? right : 0;
}

static size_t total_size(size_t count)
{
	size_t total = 0;

	for (size_t i = 0; i < count; i++)
		total += line_size(i);
	return total;
}

static void keeps_lines_of_any_size_in_order(void **state)
{
	FILE *file = tmpfile();
	struct sink *sink = sink_on(fileno(file));

	write_lines(sink, 40);
	rewind(file);
	assert_int_equal(check_lines(file, 40), total_size(40));
	sink_destroy(sink);
	fclose(file);
}

struct slow_reader {
	FILE *file;
	size_t right;
};

static void *read_slowly(void *user)
{
	struct slow_reader *reader = user;

	usleep(50000);
	reader->right = check_lines(reader->file, 10);
	return NULL;
}

/* A shell may share our stdout with a program that made it non-blocking. */
static void waits_for_a_slow_reader(void **state)
{
	struct slow_reader reader = {0};
	struct sink *sink;
	pthread_t thread;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
	reader.file = fdopen(ends[0], "r");
	assert_int_equal(pthread_create(&thread, NULL, read_slowly, &reader), 0);
	sink = sink_on(ends[1]);
	write_lines(sink, 10);
	close(ends[1]);
	pthread_join(thread, NULL);
	assert_int_equal(reader.right, total_size(10));
	sink_destroy(sink);
	fclose(reader.file);
}

static void tells_that_nobody_reads(void **state)
{
	static uint8_t large[LARGEST];
	struct sink *sink;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	sink = sink_on(ends[1]);
	assert_int_equal(sink_write(sink, text_bytes("line\n")), 0);
	assert_int_equal(sink_flush(sink), -EPIPE);
	assert_int_equal(sink_write(sink, (struct bytes){large, sizeof(large)}), -EPIPE);
	/* What could not be written is not written again. */
	assert_int_equal(sink_flush(sink), 0);
	sink_destroy(sink);
	close(ends[1]);
}

static void tells_other_errors(void **state)
{
	int descriptor = open("/dev/full", O_WRONLY);
	struct sink *sink = sink_on(descriptor);

	assert_int_equal(sink_write(sink, text_bytes("line\n")), 0);
	assert_int_equal(sink_flush(sink), -ENOSPC);
	close(descriptor);
	assert_int_equal(sink_write(sink, text_bytes("line\n")), 0);
	assert_int_equal(sink_flush(sink), -EBADF);
	sink_destroy(sink);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gathers_until_flushed),
		cmocka_unit_test(keeps_lines_of_any_size_in_order),
		cmocka_unit_test(waits_for_a_slow_reader),
		cmocka_unit_test(tells_that_nobody_reads),
		cmocka_unit_test(tells_other_errors),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
