/* SPDX-License-Identifier: MIT */
/* Counts and reports events, and passes them to the outputs. This test replaces the outputs. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "event_log.h"

/* ---- outputs ---- */

static struct {
	struct event_log *log;
	struct outputs_options options; /* the options of the outputs */
	int code;			/* the result of the outputs */
	int finish_code;
	char events[512]; /* that the outputs got, one letter each */
	struct outputs_counts counts;
	uint64_t lost;	    /* of the last LOST event */
	const char *where;  /* which it must have; NULL: "kernel" */
	char notices[2048]; /* one line each */
	int full;
	unsigned closed, summaries;
} stage;

int outputs_open(const struct outputs_options *options, struct outputs **ret_outputs,
		 struct error *err)
{
	stage.options = *options;
	if (stage.code < 0)
		return error_fail(err, stage.code, "no outputs");
	*ret_outputs = (struct outputs *)&stage;
	return 0;
}

int outputs_event(struct outputs *outputs, const struct event *event)
{
	static const char letters[] = {
		[EVENT_REQUEST] = 'r', [EVENT_CALL] = 'c', [EVENT_ATTACH] = 'a',
		[EVENT_DETACH] = 'd',  [EVENT_LOST] = 'l', [EVENT_HELLO] = 'h',
	};

	stage.events[strlen(stage.events)] = letters[event->type];
	stage.counts.shown += event->type == EVENT_REQUEST;
	if (event->type == EVENT_LOST) {
		assert_string_equal(event->where, stage.where ? stage.where : "kernel");
		stage.lost = event->count;
	}
	return stage.code;
}

struct outputs_counts outputs_count_events(const struct outputs *outputs)
{
	return stage.counts;
}

int outputs_summarize(struct outputs *outputs)
{
	stage.summaries++;
	return stage.code;
}

int outputs_flush(struct outputs *outputs)
{
	stage.events[strlen(stage.events)] = '.';
	return stage.code;
}

struct sink_counts outputs_count(const struct outputs *outputs)
{
	return (struct sink_counts){ .readers = 3, .lost = 4 };
}

int outputs_finish(struct outputs *outputs, struct error *err)
{
	return stage.finish_code ? error_fail(err, stage.finish_code, "lines lost") : 0;
}

void outputs_close(struct outputs *outputs)
{
	stage.closed++;
}

/* ---- the log ---- */

static void on_notice(void *user, enum notice_level level, const char *text)
{
	snprintf(stage.notices + strlen(stage.notices),
		 sizeof(stage.notices) - strlen(stage.notices), "%s\n", text);
}

static void on_full(void *user)
{
	assert_ptr_equal(user, &stage.full);
	stage.full++;
}

static void open_log(uint64_t max_events)
{
	const struct event_log_options options = {
		.outputs = { .version = "1.2.3" },
		.notifier = { on_notice, NULL },
		.max_events = max_events,
		.full = on_full,
		.user = &stage.full,
	};

	memset(&stage, 0, sizeof(stage));
	assert_int_equal(event_log_open(&options, &stage.log, NULL), 0);
}

static int close_log(void **state)
{
	event_log_close(stage.log);
	assert_int_equal(stage.closed, stage.log ? 1 : 0);
	event_log_destroy(stage.log);
	stage.log = NULL;
	return 0;
}

static void log_requests(unsigned count)
{
	const struct event event = { .type = EVENT_REQUEST };

	for (unsigned i = 0; i < count; i++)
		event_log_event(stage.log, &event);
}

static const struct process_identity shop = { .pid = 7,
					      .comm = "shop",
					      .exe = "/srv/shop",
					      .go_version = "go1.25.1",
					      .convention = "register" };

/* ---- events ---- */

static void events_are_counted_and_passed_on(void **state)
{
	open_log(0);
	log_requests(3);
	event_log_flush(stage.log);
	assert_string_equal(stage.events, "rrr.");
	assert_int_equal(event_log_count(stage.log).events, 3);
	assert_false(event_log_is_full(stage.log));
	assert_int_equal(stage.full, 0);
	assert_string_equal(stage.options.version, "1.2.3");
	assert_int_equal(event_log_readers(stage.log).readers, 3);
	assert_int_equal(event_log_readers(stage.log).lost, 4);
	assert_int_equal(event_log_finish(stage.log, NULL), 0);
}

static void events_after_the_last_are_ignored(void **state)
{
	open_log(2);
	log_requests(1);
	assert_false(event_log_is_full(stage.log));
	assert_int_equal(stage.full, 0);
	log_requests(3);
	assert_true(event_log_is_full(stage.log));
	assert_int_equal(stage.full, 1);
	assert_string_equal(stage.events, "rr");
	assert_int_equal(event_log_count(stage.log).events, 2);
}

/* ---- targets ---- */

static void targets_are_told_of_from_begin_to_end(void **state)
{
	struct process_identity host = shop;

	host.library = "/srv/plugin.so";
	open_log(0);
	event_log_attached(stage.log, &shop);
	event_log_attached(stage.log, &host);
	event_log_ended(stage.log, &shop);
	assert_string_equal(stage.events, "aad");
	assert_int_equal(event_log_count(stage.log).targets, 2);
	assert_int_equal(event_log_count(stage.log).events, 0);
	assert_string_equal(stage.notices,
			    "pid 7 (/srv/shop): traced: go1.25.1, register ABI\n"
			    "pid 7 (/srv/shop): traced: go1.25.1, register ABI, in /srv/plugin.so\n"
			    "pid 7 (/srv/shop): ended\n");
}

/* ---- losses ---- */

static void losses_are_summed_up(void **state)
{
	open_log(0);
	event_log_lost(stage.log, 0);
	assert_string_equal(stage.events, "");
	assert_string_equal(stage.notices, "");
	event_log_lost(stage.log, 5);
	event_log_lost(stage.log, 2);
	assert_string_equal(stage.events, "ll");
	assert_int_equal(stage.lost, 2);
	assert_int_equal(event_log_count(stage.log).lost, 7);
	assert_non_null(strstr(stage.notices, "5 records lost in the kernel"));
}

/* What the filter lost is summed up for a second, and the rest is reported at the end. */
static void losses_by_the_filter_are_reported(void **state)
{
	open_log(0);
	event_log_flush(stage.log);
	stage.where = "rate";
	stage.counts.over_rate = 4;
	event_log_flush(stage.log);
	assert_string_equal(stage.events, "..");
	assert_int_equal(event_log_finish(stage.log, NULL), 0);
	assert_string_equal(stage.events, "..l.");
	assert_int_equal(stage.lost, 4);
	stage.where = "filter";
	stage.counts.given_up = 2;
	stage.counts.filtered = 3;
	assert_int_equal(event_log_finish(stage.log, NULL), 0);
	assert_int_equal(stage.lost, 2);
	assert_int_equal(event_log_count(stage.log).lost, 6);
	assert_int_equal(event_log_count(stage.log).filtered, 3);
	assert_string_equal(stage.notices, "");
}

/* ---- failures ---- */

static void outputs_that_cannot_be_opened_are_an_error(void **state)
{
	const struct event_log_options options = { .full = on_full };
	struct error err = { 0 };

	memset(&stage, 0, sizeof(stage));
	stage.code = -EACCES;
	assert_int_equal(event_log_open(&options, &stage.log, &err), -EACCES);
	assert_string_equal(err.what, "no outputs");
	assert_null(stage.log);
}

static void the_first_failure_ends_the_session_and_is_told(void **state)
{
	struct error err = { 0 };

	open_log(0);
	log_requests(1);
	stage.code = -ENOSPC;
	log_requests(1);
	assert_int_equal(stage.full, 1);
	stage.code = -EIO;
	event_log_flush(stage.log);
	event_log_attached(stage.log, &shop);
	event_log_lost(stage.log, 1);
	assert_int_equal(stage.full, 1);
	assert_int_equal(event_log_finish(stage.log, &err), -ENOSPC);
	assert_string_equal(err.what, "events cannot be written: No space left on device");
}

/* The case of: gohttpsnoop | head -1. */
static void a_reader_that_goes_away_is_an_end_and_no_error(void **state)
{
	open_log(0);
	stage.options.failed(stage.options.user, -EPIPE);
	assert_int_equal(stage.full, 1);
	assert_int_equal(event_log_finish(stage.log, NULL), 0);
}

static void what_is_lost_at_the_end_is_told_rather_than_an_earlier_failure(void **state)
{
	struct error err = { 0 };

	open_log(0);
	stage.options.failed(stage.options.user, -EIO);
	stage.finish_code = -EFBIG;
	assert_int_equal(event_log_finish(stage.log, &err), -EFBIG);
	assert_string_equal(err.what, "lines lost");
}

#define TEST(name) cmocka_unit_test_teardown(name, close_log)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(events_are_counted_and_passed_on),
		TEST(events_after_the_last_are_ignored),
		TEST(targets_are_told_of_from_begin_to_end),
		TEST(losses_are_summed_up),
		TEST(losses_by_the_filter_are_reported),
		TEST(outputs_that_cannot_be_opened_are_an_error),
		TEST(the_first_failure_ends_the_session_and_is_told),
		TEST(a_reader_that_goes_away_is_an_end_and_no_error),
		TEST(what_is_lost_at_the_end_is_told_rather_than_an_earlier_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
