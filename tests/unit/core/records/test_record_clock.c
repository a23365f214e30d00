/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "clock.h"
#include "record_clock.h"

/* linux/sched.h of Linux 5.6; the C library's header may be older. */
#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

#define SECOND INT64_C(1000000000)

/* As fs/proc/base.c writes them: "%-10s %10lld %9ld\\n". */
static void reads_offsets(void **state)
{
	static const struct {
		const char *text;
		int64_t shift;
	} rows[] = {
		{ "monotonic           0         0\nboottime            0         0\n", 0 },
		{ "monotonic           5         0\nboottime            7         0\n",
		  5 * SECOND },
		{ "monotonic         -86 400000000\nboottime            0         0\n",
		  -86 * SECOND + 400000000 },
		{ "boottime           12         0\nmonotonic           1         2\n",
		  SECOND + 2 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t shift = 1;

		assert_true(record_clock_parse_offsets(rows[i].text, &shift));
		assert_int_equal(shift, rows[i].shift);
	}
}

static void refuses_what_is_none(void **state)
{
	static const char *const texts[] = {
		"",
		"\n",
		"boottime 1 2\n",
		"monotonic\n",
		"monotonic x 0\n",
		"monotonic 1\n",
		"monotonic 9223372036854775807 0\n",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		int64_t shift = 1;

		assert_false(record_clock_parse_offsets(texts[i], &shift));
		assert_int_equal(shift, 1);
	}
}

/* ---- time namespaces ---- */

enum { IN_OTHER_NAMESPACE = 0, NO_NAMESPACES = 77 };

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool is_written = write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	close(fd);
	return is_written;
}

/* Whether the clock is `shift` nanoseconds off, as precisely as two readings can tell. */
static bool is_shifted(int64_t shift)
{
	struct record_clock clock;
	int64_t before, now, after;

	if (record_clock_open(&clock, NULL) < 0 || clock.shift != shift)
		return false;
	before = clock_monotonic();
	now = (int64_t)record_clock_now(&clock);
	after = clock_monotonic();
	return before <= now + shift && now + shift <= after;
}

/* Children are in the new namespace, this process stays in the old one. */
static int look_from_child(void)
{
	int status;
	pid_t child = fork();

	if (child == 0)
		_exit(is_shifted(-100 * SECOND + 7) ? IN_OTHER_NAMESPACE : 1);
	return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static int look_from_namespace(void)
{
	struct record_clock clock;
	struct error err = { 0 };

	if ((unshare(CLONE_NEWTIME) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWTIME) < 0) ||
	    !write_file("/proc/self/timens_offsets", "monotonic -100 7\n"))
		return NO_NAMESPACES;
	/* In the initial namespace, the namespace of children does not matter. */
	if (record_clock_open(&clock, &err) != 0 || clock.shift != 0)
		return 2;
	return look_from_child();
}

static void clocks_of_other_namespaces_are_shifted(void **state)
{
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0)
		_exit(look_from_namespace());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == NO_NAMESPACES)
		skip();
	assert_int_equal(WEXITSTATUS(status), IN_OTHER_NAMESPACE);
}

/* The tests run in the initial namespace, or in a namespace with readable offsets. */
static void the_shift_is_that_of_all_times(void **state)
{
	static const struct record_clock shifted = { 5 * SECOND }, plain = { 0 };
	struct record_clock clock;
	int64_t difference;

	assert_int_equal(record_clock_open(&clock, NULL), 0);
	difference = (int64_t)(record_clock_now(&plain) - record_clock_now(&shifted));
	assert_in_range(difference + SECOND, 5 * SECOND, 6 * SECOND);
	difference = record_clock_wall_offset(&shifted) - record_clock_wall_offset(&plain);
	assert_in_range(difference, 4 * SECOND, 6 * SECOND);
	/* The wall clock is the time of a record plus the offset. */
	difference = clock_now() -
		     ((int64_t)record_clock_now(&clock) + record_clock_wall_offset(&clock));
	assert_in_range(difference + 60 * SECOND, 59 * SECOND, 120 * SECOND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_offsets),
		cmocka_unit_test(refuses_what_is_none),
		cmocka_unit_test(clocks_of_other_namespaces_are_shifted),
		cmocka_unit_test(the_shift_is_that_of_all_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
