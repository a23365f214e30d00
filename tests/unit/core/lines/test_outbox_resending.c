/* SPDX-License-Identifier: MIT */
/* An outbox whose descriptor breaks, and is followed by others: no line is lost or comes twice. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "outbox.h"

enum { LIMIT = 8 << 20, MOST_LINE = 3000, TEXT = 4 << 20, ROUNDS = 40 };

static const char GREETING[] = "hello\n";

static struct {
	struct outbox outbox;
	int ends[2];	 /* read, write */
	char text[TEXT]; /* of this descriptor, what was read of it */
	size_t size;
	unsigned sent, next;
} stage;

static void raise_stage(unsigned seed)
{
	struct outbox_options options = {
		.descriptor = -1, .way = OUTBOX_SEND, .limit = LIMIT, .resends = true
	};

	srand(seed);
	memset(&stage, 0, sizeof(stage));
	outbox_init(&stage.outbox, &options);
}

static void open_descriptor(void)
{
	struct batch greeting = { 0 };

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, stage.ends), 0);
	assert_int_equal(batch_add(&greeting,
				   (struct bytes){ (const uint8_t *)GREETING, strlen(GREETING) },
				   0),
			 0);
	stage.size = 0;
	assert_int_equal(outbox_connect(&stage.outbox, stage.ends[1], &greeting), 0);
	batch_finish(&greeting);
	assert_int_equal(outbox_write(&stage.outbox), 0);
}

/* Batches of lines "NUMBER xxx…" of different lengths. */
static void send_some(unsigned count)
{
	struct batch batch = { 0 };
	char line[MOST_LINE + 16];

	for (unsigned i = 0; i < count; i++) {
		int size = snprintf(line, sizeof(line), "%u %*d\n", stage.sent++,
				    1 + rand() % (MOST_LINE - 16), 0);

		assert_int_equal(
			batch_add(&batch, (struct bytes){ (const uint8_t *)line, (size_t)size }, 1),
			0);
	}
	assert_int_equal(outbox_put(&stage.outbox, &batch), 0);
	batch_finish(&batch);
}

static void read_some(size_t most)
{
	while (most > 0) {
		ssize_t size = read(stage.ends[0], stage.text + stage.size,
				    most < TEXT - stage.size ? most : TEXT - stage.size);

		if (size <= 0)
			return;
		stage.size += (size_t)size;
		most -= (size_t)size;
	}
}

/* Of the bytes that were read the whole lines arrive: the greeting first, and each other line once, in order. */
static void take_lines(void)
{
	char *line = stage.text, *end;

	for (bool is_first = true;
	     (end = memchr(line, '\n', stage.size - (size_t)(line - stage.text)));
	     is_first = false) {
		if (is_first)
			assert_memory_equal(line, GREETING, strlen(GREETING));
		else
			assert_int_equal(strtoul(line, NULL, 10), stage.next++);
		line = end + 1;
	}
}

/* How many bytes the outbox wrote that were not read. */
static size_t count_unread(void)
{
	int size = 0;

	assert_int_equal(ioctl(stage.ends[0], FIONREAD, &size), 0);
	return (size_t)size;
}

static void break_descriptor(void)
{
	size_t unread = count_unread();

	take_lines();
	outbox_disconnect(&stage.outbox, unread);
	close(stage.ends[0]);
	close(stage.ends[1]);
}

static void read_all(void)
{
	do {
		read_some(SIZE_MAX);
		assert_int_equal(outbox_write(&stage.outbox), 0);
	} while (stage.outbox.waiting > 0);
	read_some(SIZE_MAX);
	take_lines();
}

static void sends_each_line_once(void **state)
{
	for (unsigned seed = 0; seed < 50; seed++) {
		raise_stage(seed);
		for (int round = 0; round < ROUNDS; round++) {
			if (rand() % 2)
				send_some(1 + rand() % 20);
			open_descriptor();
			send_some(1 + rand() % 40);
			read_some(rand() % 3 ? (size_t)rand() % 60000 : (size_t)rand() % 12);
			if (rand() % 2)
				outbox_acknowledge(&stage.outbox, count_unread());
			assert_int_equal(outbox_write(&stage.outbox), 0);
			send_some(1 + rand() % 5);
			break_descriptor();
		}
		open_descriptor();
		read_all();
		assert_int_equal(stage.next, stage.sent);
		assert_int_equal(outbox_lost(&stage.outbox), 0);
		close(stage.ends[0]);
		close(stage.ends[1]);
		outbox_finish(&stage.outbox);
	}
}

static void keeps_lines_until_they_have_arrived(void **state)
{
	raise_stage(1);
	open_descriptor();
	send_some(3);
	assert_int_equal(stage.outbox.waiting, 0);
	assert_int_equal(stage.outbox.kept, 2);
	outbox_acknowledge(&stage.outbox, 1);
	assert_int_equal(stage.outbox.kept, 1);
	outbox_acknowledge(&stage.outbox, 0);
	assert_int_equal(stage.outbox.kept, 0);
	assert_int_equal(stage.outbox.kept_size, 0);
	break_descriptor();
	outbox_finish(&stage.outbox);
}

static void loses_what_exceeds_the_limit_without_a_descriptor(void **state)
{
	raise_stage(1);
	stage.outbox.options.limit = 10000;
	send_some(3);
	assert_true(stage.outbox.waiting > 0);
	for (int i = 0; i < 20; i++)
		send_some(3);
	assert_true(stage.outbox.waiting <= 10000);
	assert_true(stage.outbox.lost_total > 0);
	assert_int_equal(outbox_lost(&stage.outbox), stage.sent);
	outbox_finish(&stage.outbox);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sends_each_line_once),
		cmocka_unit_test(keeps_lines_until_they_have_arrived),
		cmocka_unit_test(loses_what_exceeds_the_limit_without_a_descriptor),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
