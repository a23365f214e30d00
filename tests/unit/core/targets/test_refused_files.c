/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "refused_files.h"

/* A file, and its identity. */
static struct file_identity create_file(char path[static 32])
{
	struct file_identity file;
	int descriptor;

	snprintf(path, 32, "/tmp/gohttpsnoop-test-XXXXXX");
	descriptor = mkstemp(path);
	assert_true(descriptor >= 0);
	close(descriptor);
	assert_int_equal(file_identity_read(path, &file), 0);
	return file;
}

static void keeps_what_is_the_files_fault(void **state)
{
	static const int others[] = { 0,	 -ESRCH,  -EPERM,  -EACCES, -ESTALE,
				      -EALREADY, -ENOMEM, -EMFILE, -ENFILE };
	struct refused_files files = { .count = 0 };
	char path[32];
	struct file_identity file = create_file(path);

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		refused_files_add(&files, path, &file, others[i]);
		assert_false(refused_files_have(&files, &file));
	}
	refused_files_add(&files, path, &file, -ENOEXEC);
	assert_true(refused_files_have(&files, &file));
	/* A file that was changed counts as another file. */
	file.size++;
	assert_false(refused_files_have(&files, &file));
	unlink(path);
}

static void passes_over_what_is_another_file_by_now(void **state)
{
	struct refused_files files = { .count = 0 };
	char path[32];
	struct file_identity file = create_file(path);

	file.inode++;
	refused_files_add(&files, path, &file, -ENOEXEC);
	assert_false(refused_files_have(&files, &file));
	unlink(path);
	file.inode--;
	refused_files_add(&files, path, &file, -ENOEXEC);
	assert_false(refused_files_have(&files, &file));
}

static void the_oldest_gives_way(void **state)
{
	struct refused_files files = { .count = 0 };
	char first_path[32], path[32];
	struct file_identity first = create_file(first_path), file = create_file(path);

	refused_files_add(&files, first_path, &first, -ENOENT);
	for (int i = 1; i < MAX_REFUSED_FILES; i++)
		refused_files_add(&files, path, &file, -ENOENT);
	assert_true(refused_files_have(&files, &first));
	refused_files_add(&files, path, &file, -ENOENT);
	assert_false(refused_files_have(&files, &first));
	assert_true(refused_files_have(&files, &file));
	unlink(first_path);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_what_is_the_files_fault),
		cmocka_unit_test(passes_over_what_is_another_file_by_now),
		cmocka_unit_test(the_oldest_gives_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
