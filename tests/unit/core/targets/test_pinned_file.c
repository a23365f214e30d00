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
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "pinned_file.h"

static char path[64];

static int make_file(void **state)
{
	int fd;

	strcpy(path, "/tmp/gohttpsnoop-pinned-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "code", 4), 4);
	return close(fd);
}

static int remove_file(void **state)
{
	unlink(path);
	return 0;
}

static void files_are_pinned_while_they_are_open(void **state)
{
	struct pinned_file file;
	struct file_identity identity;

	assert_int_equal(file_identity_read(path, &identity), 0);
	assert_int_equal(pinned_file_open(path, &file, NULL), 0);
	assert_true(file.descriptor >= 0);
	assert_true(file_identity_equal(&file.identity, &identity));
	assert_true(pinned_file_is_pinned(&file));
	assert_false(pinned_file_is_recalled(&file));
	pinned_file_close(&file);
	assert_false(pinned_file_is_pinned(&file));
	assert_false(pinned_file_is_recalled(&file));
	pinned_file_close(&file);
	assert_int_equal(file.descriptor, -1);
}

/* By SIGIO the kernel asks to release the lease. */
static void a_writer_recalls_the_lease(void **state)
{
	struct pinned_file file;

	signal(SIGIO, SIG_IGN);
	assert_int_equal(pinned_file_open(path, &file, NULL), 0);
	assert_int_equal(open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC), -1);
	assert_int_equal(errno, EWOULDBLOCK);
	assert_true(pinned_file_is_recalled(&file));
	pinned_file_close(&file);
}

static void files_that_are_being_written_are_open_but_not_pinned(void **state)
{
	int writer = open(path, O_WRONLY | O_CLOEXEC);
	struct pinned_file file;

	assert_int_equal(pinned_file_open(path, &file, NULL), 0);
	assert_int_equal(file.lease_code, -EAGAIN);
	assert_false(pinned_file_is_pinned(&file));
	assert_false(pinned_file_is_recalled(&file));
	pinned_file_close(&file);
	close(writer);
}

static void deleted_files_are_noticed(void **state)
{
	struct pinned_file file;

	assert_int_equal(pinned_file_open(path, &file, NULL), 0);
	assert_false(pinned_file_is_unlinked(&file));
	assert_int_equal(unlink(path), 0);
	assert_true(pinned_file_is_unlinked(&file));
	pinned_file_close(&file);
	assert_false(pinned_file_is_unlinked(&file));
}

/* Opens the file by a path that is still correct after the file was renamed. */
static void an_open_file_can_be_opened_again(void **state)
{
	struct pinned_file file;
	struct file_identity again;
	struct stat status;
	char renamed[80];

	assert_int_equal(pinned_file_open(path, &file, NULL), 0);
	strcat(strcpy(renamed, path), ".old");
	assert_int_equal(rename(path, renamed), 0);
	assert_int_equal(file_identity_read(pinned_file_path(&file).text, &again), 0);
	assert_int_equal(stat(renamed, &status), 0);
	assert_int_equal(again.inode, status.st_ino);
	pinned_file_close(&file);
	unlink(renamed);
}

static void files_that_cannot_be_opened_are_refused(void **state)
{
	struct pinned_file file;
	struct error err = { 0 };

	assert_int_equal(unlink(path), 0);
	assert_int_equal(pinned_file_open(path, &file, &err), -ENOENT);
	assert_string_equal(err.what, strerror(ENOENT));
}

/* Root reads every file. */
static void files_that_may_not_be_read_are_refused_with_what_helps(void **state)
{
	struct pinned_file file;
	struct error err = { 0 };

	if (geteuid() == 0)
		skip();
	assert_int_equal(chmod(path, 0), 0);
	assert_int_equal(pinned_file_open(path, &file, &err), -EACCES);
	assert_non_null(strstr(err.what, "the file cannot be read"));
}

/* A FIFO without a writer does not block. */
static void nobody_is_waited_for(void **state)
{
	struct pinned_file file;

	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(pinned_file_open(path, &file, NULL), 0);
	assert_false(pinned_file_is_pinned(&file));
	pinned_file_close(&file);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_file, remove_file)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(files_are_pinned_while_they_are_open),
		TEST(a_writer_recalls_the_lease),
		TEST(files_that_are_being_written_are_open_but_not_pinned),
		TEST(deleted_files_are_noticed),
		TEST(an_open_file_can_be_opened_again),
		TEST(files_that_cannot_be_opened_are_refused),
		TEST(files_that_may_not_be_read_are_refused_with_what_helps),
		TEST(nobody_is_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
