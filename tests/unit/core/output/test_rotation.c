/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "rotation.h"

static struct {
	char directory[64], path[96];
} stage;

static int raise_stage(void **state)
{
	strcpy(stage.directory, "/tmp/gohttpsnoop-test-XXXXXX");
	assert_non_null(mkdtemp(stage.directory));
	snprintf(stage.path, sizeof(stage.path), "%s/lines", stage.directory);
	return 0;
}

static const char *name_of(unsigned number)
{
	static char name[128];

	snprintf(name, sizeof(name), number ? "%s.%u" : "%s", stage.path, number);
	return name;
}

static int strike_stage(void **state)
{
	for (unsigned number = 0; number < 10; number++) {
		unlink(name_of(number));
		rmdir(name_of(number));
	}
	return rmdir(stage.directory);
}

/* A file of this many bytes. */
static void make(unsigned number, off_t size)
{
	int descriptor = open(name_of(number), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_equal(ftruncate(descriptor, size), 0);
	close(descriptor);
}

/* -1: there is none. */
static off_t size_of(unsigned number)
{
	struct stat status;

	return stat(name_of(number), &status) < 0 ? -1 : status.st_size;
}

static void shifts_names(void **state)
{
	for (off_t size = 1; size <= 5; size++) {
		make(0, size);
		assert_int_equal(rotation_rename(stage.path, 3), 0);
	}
	assert_int_equal(size_of(0), -1);
	assert_int_equal(size_of(1), 5);
	assert_int_equal(size_of(2), 4);
	assert_int_equal(size_of(3), 3);
	assert_int_equal(size_of(4), -1);
}

static void bears_gaps(void **state)
{
	make(0, 1);
	make(2, 3);
	assert_int_equal(rotation_rename(stage.path, 5), 0);
	assert_int_equal(size_of(1), 1);
	assert_int_equal(size_of(2), -1);
	assert_int_equal(size_of(3), 3);
	assert_int_equal(rotation_rename(stage.path, 5), 0);
	assert_int_equal(size_of(0), -1);
	assert_int_equal(size_of(2), 1);
}

static void a_failure_leaves_the_file(void **state)
{
	make(0, 1);
	assert_int_equal(mkdir(name_of(1), 0700), 0);
	assert_int_equal(rotation_rename(stage.path, 1), -EISDIR);
	assert_int_equal(size_of(0), 1);
}

int main(void)
{
#define STAGED(name) cmocka_unit_test_setup_teardown(name, raise_stage, strike_stage)
	const struct CMUnitTest tests[] = {
		STAGED(shifts_names),
		STAGED(bears_gaps),
		STAGED(a_failure_leaves_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
