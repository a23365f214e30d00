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
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "outbox.h"

enum { LIMIT = 64 * 1024, LINE = 1000 };

/* An outbox, the reading end, and the lines that each side counted. */
struct stage {
	struct outbox outbox;
	struct format *format;
	int ends[2]; /* read, write */
	unsigned sent;
	struct {
		unsigned next, read, lost, lost_lines;
		char rest[LINE * 4];
		size_t size;
	} reader;
};

static void raise_stage(struct stage *stage, enum outbox_way way)
{
	struct outbox_options options = { .way = way, .limit = LIMIT, .where = "reader" };

	*stage = (struct stage){ 0 };
	assert_int_equal(format_create_json(&(struct format_options){ NULL }, &stage->format), 0);
	if (way == OUTBOX_SEND)
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, stage->ends), 0);
	else
		assert_int_equal(pipe(stage->ends), 0);
	if (way == OUTBOX_WRITE)
		fcntl(stage->ends[1], F_SETFL, O_NONBLOCK);
	fcntl(stage->ends[0], F_SETFL, O_NONBLOCK);
	options.descriptor = stage->ends[1];
	options.lost_format = stage->format;
	outbox_init(&stage->outbox, &options);
}

static void strike_stage(struct stage *stage)
{
	outbox_finish(&stage->outbox);
	format_destroy(stage->format);
	close(stage->ends[0]);
	close(stage->ends[1]);
}

/* Lines "NUMBER xxx…", each of LINE bytes. */
static int send_lines(struct stage *stage, unsigned count)
{
	struct batch batch = { 0 };
	uint8_t line[LINE + 1];
	int r;

	for (unsigned i = 0; i < count; i++) {
		memset(line, 'x', LINE);
		line[snprintf((char *)line, LINE, "%u", stage->sent++)] = ' ';
		line[LINE - 1] = '\n';
		assert_int_equal(batch_add(&batch, (struct bytes){ line, LINE }, 1), 0);
	}
	r = outbox_put(&stage->outbox, &batch);
	batch_finish(&batch);
	return r;
}

/* Lines arrive whole and in order. Missing numbers were reported as lost before. */
static void take_line(struct stage *stage, const char *line, size_t size)
{
	unsigned count;

	if (*line == '{') {
		assert_int_equal(sscanf(strstr(line, "\"count\":"),
					"\"count\":%u,\"where\":\"reader\"}", &count),
				 1);
		stage->reader.lost += count;
		stage->reader.next += count;
		stage->reader.lost_lines++;
		return;
	}
	assert_int_equal(size, LINE);
	assert_int_equal(strtoul(line, NULL, 10), stage->reader.next++);
	stage->reader.read++;
}

/* Reads at most `most` bytes. */
static void read_lines(struct stage *stage, size_t most)
{
	char *rest = stage->reader.rest;

	while (most > 0) {
		size_t room = sizeof(stage->reader.rest) - 1 - stage->reader.size;
		ssize_t size =
			read(stage->ends[0], rest + stage->reader.size, room < most ? room : most);
		char *end;

		if (size <= 0)
			return;
		most -= size;
		stage->reader.size += size;
		rest[stage->reader.size] = '\0';
		while ((end = memchr(rest, '\n', stage->reader.size))) {
			size_t line = end + 1 - rest;

			take_line(stage, rest, line);
			stage->reader.size -= line;
			memmove(rest, end + 1, stage->reader.size + 1);
		}
	}
}

static void read_to_the_end(struct stage *stage)
{
	assert_int_equal(outbox_end(&stage->outbox), 0);
	for (int i = 0; i < 1000 && (stage->outbox.waiting || i < 2); i++) {
		read_lines(stage, SIZE_MAX);
		assert_int_equal(outbox_write(&stage->outbox), 0);
	}
	read_lines(stage, SIZE_MAX);
	assert_int_equal(stage->reader.size, 0);
	assert_int_equal(stage->outbox.waiting, 0);
	assert_int_equal(stage->reader.read + stage->reader.lost, stage->sent);
	assert_int_equal(outbox_lost(&stage->outbox), stage->reader.lost);
}

static void for_each_way(void (*play)(struct stage *stage))
{
	for (enum outbox_way way = OUTBOX_WRITE; way <= OUTBOX_CAREFUL; way++) {
		struct stage stage;

		raise_stage(&stage, way);
		play(&stage);
		strike_stage(&stage);
	}
}

static void play_attentive_reader(struct stage *stage)
{
	for (int i = 0; i < 500; i++) {
		assert_int_equal(send_lines(stage, 1 + i % 7), 0);
		assert_int_equal(stage->outbox.waiting, 0);
		read_lines(stage, SIZE_MAX);
	}
	assert_int_equal(stage->reader.lost, 0);
	read_to_the_end(stage);
	/* No line was ever kept. */
	assert_null(stage->outbox.chunks);
}

static void writes_at_once_where_there_is_room(void **state)
{
	for_each_way(play_attentive_reader);
}

/* Reads less than is sent, and a few bytes at a time, so that lines are cut everywhere. */
static void play_slow_reader(struct stage *stage)
{
	for (int i = 0; i < 3000; i++) {
		assert_int_equal(send_lines(stage, 1 + i % 5), 0);
		assert_true(stage->outbox.waiting <= LIMIT + LINE);
		read_lines(stage, i % 2 ? 1777 : 641);
		if (i % 3 == 0)
			assert_int_equal(outbox_write(&stage->outbox), 0);
	}
	assert_true(stage->reader.lost_lines > 3);
	/* One line reports many losses. */
	assert_true(stage->reader.lost > stage->reader.lost_lines * 20);
	read_to_the_end(stage);
}

static void a_slow_reader_loses_whole_lines_and_is_told(void **state)
{
	for_each_way(play_slow_reader);
}

static void play_no_reader(struct stage *stage)
{
	for (int i = 0; i < 20000; i++) {
		assert_int_equal(send_lines(stage, 1), 0);
		assert_true(stage->outbox.waiting <= LIMIT);
	}
	assert_true(outbox_lost(&stage->outbox) > 19000);
	read_to_the_end(stage);
	assert_int_equal(stage->reader.lost_lines, 1);
}

static void who_never_reads_costs_no_more_than_the_limit(void **state)
{
	for_each_way(play_no_reader);
}

/* Without new lines, losses are still reported as soon as there is room. */
static void tells_without_new_lines(void **state)
{
	struct stage stage;

	raise_stage(&stage, OUTBOX_WRITE);
	while (stage.outbox.lost == 0)
		send_lines(&stage, 10);
	for (int i = 0; i < 100; i++) {
		read_lines(&stage, SIZE_MAX);
		assert_int_equal(outbox_write(&stage.outbox), 0);
	}
	assert_int_equal(stage.reader.lost, 10);
	assert_int_equal(stage.reader.next, stage.sent);
	strike_stage(&stage);
}

/* Lines of one batch that several outboxes keep are copied once. */
static void shares_what_waits(void **state)
{
	struct batch batch = { 0 };
	struct stage stages[3];

	batch_add(&batch, (struct bytes){ (const uint8_t *)"line\n", 5 }, 1);
	for (int i = 0; i < 3; i++) {
		raise_stage(&stages[i], OUTBOX_WRITE);
		while (stages[i].outbox.waiting == 0)
			send_lines(&stages[i], 1);
		assert_int_equal(outbox_put(&stages[i].outbox, &batch), 0);
	}
	assert_non_null(batch.chunk);
	assert_int_equal(batch.chunk->references, 4);
	batch_finish(&batch);
	for (int i = 0; i < 3; i++)
		strike_stage(&stages[i]);
}

/* Lines that are not events still find room when events do not. */
static void keeps_what_explains_the_rest(void **state)
{
	struct batch batch = { 0 };
	struct stage stage;
	size_t waiting;

	raise_stage(&stage, OUTBOX_WRITE);
	while (stage.outbox.lost == 0)
		send_lines(&stage, 1);
	waiting = stage.outbox.waiting;
	batch_add(&batch, (struct bytes){ (const uint8_t *)"attach\n", 7 }, 0);
	for (int i = 0; i < 100; i++)
		assert_int_equal(outbox_put(&stage.outbox, &batch), 0);
	assert_int_equal(stage.outbox.waiting, waiting + 700);
	/* They have a limit, too. */
	for (int i = 0; i < 100000; i++)
		assert_int_equal(outbox_put(&stage.outbox, &batch), 0);
	assert_true(stage.outbox.waiting < 3 * LIMIT);
	assert_int_equal(outbox_lost(&stage.outbox) - stage.outbox.lost_total > 0, true);
	batch_finish(&batch);
	strike_stage(&stage);
}

/* A line longer than the limit is lost and reported, even if no other line waits. */
static void a_line_too_long_is_told_of(void **state)
{
	struct batch batch = { 0 };
	struct stage stage;
	static uint8_t line[LIMIT + 1];

	raise_stage(&stage, OUTBOX_WRITE);
	batch_add(&batch, (struct bytes){ line, sizeof(line) }, 1);
	assert_int_equal(outbox_put(&stage.outbox, &batch), 0);
	read_lines(&stage, SIZE_MAX);
	assert_int_equal(stage.reader.lost, 1);
	batch_finish(&batch);
	strike_stage(&stage);
}

static void play_closed(struct stage *stage)
{
	close(stage->ends[0]);
	assert_int_equal(send_lines(stage, 1), -EPIPE);
	stage->ends[0] = open("/dev/null", O_RDONLY);
}

static void tells_that_nobody_reads(void **state)
{
	for_each_way(play_closed);
}

/* On a full disk the lines wait, whole, after the line that was begun. */
static void an_error_keeps_the_lines(void **state)
{
	struct stage stage;
	int full = open("/dev/full", O_WRONLY);

	raise_stage(&stage, OUTBOX_WRITE);
	stage.outbox.options.descriptor = full;
	assert_int_equal(send_lines(&stage, 3), -ENOSPC);
	assert_int_equal(send_lines(&stage, 2), 0);
	assert_int_equal(outbox_write(&stage.outbox), -ENOSPC);
	assert_true(outbox_between_lines(&stage.outbox));
	stage.outbox.options.descriptor = stage.ends[1];
	read_to_the_end(&stage);
	assert_int_equal(stage.reader.read, 5);
	close(full);
	strike_stage(&stage);
}

/* Lines of a batch that were already written do not count as lost. */
static void lines_that_were_written_are_not_lost(void **state)
{
	struct stage stage;
	unsigned written;
	int size;

	raise_stage(&stage, OUTBOX_WRITE);
	while (stage.outbox.waiting == 0)
		send_lines(&stage, 10);
	assert_int_equal(ioctl(stage.ends[0], FIONREAD, &size), 0);
	written = (unsigned)size / LINE;
	/* A batch is partly written, and another one waits after it. */
	assert_true(stage.outbox.written > LINE);
	assert_int_equal(outbox_lost(&stage.outbox), stage.sent - written);
	send_lines(&stage, 10);
	assert_int_equal(outbox_lost(&stage.outbox), stage.sent - written);
	read_to_the_end(&stage);
	assert_int_equal(outbox_lost(&stage.outbox), 0);
	strike_stage(&stage);
}

static void knows_where_lines_end(void **state)
{
	struct stage stage;

	raise_stage(&stage, OUTBOX_WRITE);
	while (stage.outbox.waiting == 0)
		send_lines(&stage, 10);
	assert_int_equal((stage.outbox.written % LINE == 0), outbox_between_lines(&stage.outbox));
	read_to_the_end(&stage);
	assert_true(outbox_between_lines(&stage.outbox));
	strike_stage(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_at_once_where_there_is_room),
		cmocka_unit_test(a_slow_reader_loses_whole_lines_and_is_told),
		cmocka_unit_test(who_never_reads_costs_no_more_than_the_limit),
		cmocka_unit_test(tells_without_new_lines),
		cmocka_unit_test(shares_what_waits),
		cmocka_unit_test(keeps_what_explains_the_rest),
		cmocka_unit_test(a_line_too_long_is_told_of),
		cmocka_unit_test(tells_that_nobody_reads),
		cmocka_unit_test(an_error_keeps_the_lines),
		cmocka_unit_test(lines_that_were_written_are_not_lost),
		cmocka_unit_test(knows_where_lines_end),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
