/* SPDX-License-Identifier: MIT */
/* The actions that signals cause in a session. This process raises the signals. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <uv.h>

#include <cmocka.h>

#include "signals.h"

static struct {
	uv_loop_t loop;
	struct signals *signals;
	unsigned ends, tells;
} stage;

static void on_end(void *user)
{
	assert_ptr_equal(user, &stage);
	stage.ends++;
}

static void on_tell(void *user)
{
	assert_ptr_equal(user, &stage);
	stage.tells++;
}

static void open_signals(bool reopens)
{
	const struct signals_callbacks callbacks = { on_end, on_tell, &stage };

	assert_int_equal(signals_open(&stage.loop, reopens, &callbacks, &stage.signals, NULL), 0);
}

static int open_loop(void **state)
{
	memset(&stage, 0, sizeof(stage));
	return uv_loop_init(&stage.loop);
}

/* The loop cannot be closed while a handle is open. */
static int close_loop(void **state)
{
	signals_close(stage.signals);
	uv_run(&stage.loop, UV_RUN_DEFAULT);
	return uv_loop_close(&stage.loop);
}

/* When raise() returns, a handled signal is already in libuv's pipe. */
static void raise_and_look(int number)
{
	raise(number);
	for (int i = 0; i < 3; i++)
		uv_run(&stage.loop, UV_RUN_NOWAIT);
}

static void signals_end_or_tell(void **state)
{
	open_signals(false);
	raise_and_look(SIGINT);
	assert_int_equal(stage.ends, 1);
	raise_and_look(SIGTERM);
	assert_int_equal(stage.ends, 2);
	assert_int_equal(stage.tells, 0);
	raise_and_look(SIGUSR1);
	assert_int_equal(stage.tells, 1);
	assert_int_equal(stage.ends, 2);
}

static void a_hangup_ends_where_no_file_is_reopened(void **state)
{
	open_signals(false);
	raise_and_look(SIGHUP);
	assert_int_equal(stage.ends, 1);
}

static void a_hangup_that_has_a_file_reopened_ends_nothing(void **state)
{
	open_signals(true);
	raise_and_look(SIGHUP);
	assert_int_equal(stage.ends, 0);
	assert_int_equal(stage.tells, 0);
}

/* The case of nohup(1). */
static void a_hangup_that_was_ignored_stays_so(void **state)
{
	signal(SIGHUP, SIG_IGN);
	open_signals(false);
	raise_and_look(SIGHUP);
	assert_int_equal(stage.ends, 0);
	signal(SIGHUP, SIG_DFL);
}

/* write(2) returns errors instead. */
static void broken_pipes_and_full_files_do_not_kill(void **state)
{
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	open_signals(false);
	raise_and_look(SIGPIPE);
	raise_and_look(SIGXFSZ);
	assert_int_equal(stage.ends, 0);
}

static void there_need_not_be_any(void **state)
{
	signals_close(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_loop, close_loop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(signals_end_or_tell),
		TEST(a_hangup_ends_where_no_file_is_reopened),
		TEST(a_hangup_that_has_a_file_reopened_ends_nothing),
		TEST(a_hangup_that_was_ignored_stays_so),
		TEST(broken_pipes_and_full_files_do_not_kill),
		TEST(there_need_not_be_any),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
