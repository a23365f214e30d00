/* SPDX-License-Identifier: MIT */
/* Opens the file with the Go code of a process. This test replaces the binary cache and the list of libraries. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "binary.h"
#include "process_code.h"

static struct {
	const char *library; /* the library with Go code that the process has loaded; or NULL */
	const char *deleted; /* the deleted file that it has loaded; or NULL */
	int opened;	     /* the result of opening the library */
	struct known_binary *binary;
	struct error err;
} stage;

/* ---- the binary cache: the program of the process is not a Go program ---- */

int binary_cache_open_program(struct binary_cache *cache, const char *path, const char *name,
			      struct known_binary **ret_binary, struct error *err)
{
	return error_fail(err, -ENOEXEC, "not a Go program");
}

int binary_cache_open_matched(struct binary_cache *cache, const char *path, const char *name,
			      const struct file_identity *file, struct known_binary **ret_binary,
			      struct error *err)
{
	return error_fail(err, -ENOEXEC, "not a Go program");
}

void binary_cache_refuse(struct binary_cache *cache, const char *path,
			 const struct file_identity *file, int code)
{
}

int binary_cache_open(struct binary_cache *cache, const char *path, const char *name,
		      struct known_binary **ret_binary, struct error *err)
{
	assert_string_equal(path, "/proc/42/root"
				  "/lib/web.so");
	assert_string_equal(name, "/lib/web.so");
	if (stage.opened < 0)
		return error_fail(err, stage.opened, "no server");
	*ret_binary = (struct known_binary *)&stage;
	return 0;
}

int binary_looks_like_go(const char *path)
{
	return 0;
}

/* ---- the libraries ---- */

int go_libraries_find(const struct process *process, struct go_libraries *ret_libraries,
		      struct error *err)
{
	*ret_libraries = (struct go_libraries){
		.paths = (char **)&stage.library,
		.count = stage.library != NULL,
		.deleted = (char *)stage.deleted,
	};
	return 0;
}

void go_libraries_finish(struct go_libraries *libraries)
{
}

struct library_path library_path(uint32_t pid, const char *path)
{
	struct library_path full;

	snprintf(full.text, sizeof(full.text), "/proc/%u/root%s", pid, path);
	return full;
}

/* ---- processes that the user named ---- */

static int open_code(const char *library, const char *deleted, int opened)
{
	static const struct process process = { .pid = 42 };

	memset(&stage, 0, sizeof(stage));
	stage.library = library;
	stage.deleted = deleted;
	stage.opened = opened;
	return process_code_open(NULL, &process, &stage.binary, &stage.err);
}

static void opens_the_library_of_a_program_without_go_code(void **state)
{
	assert_int_equal(open_code("/lib/web.so", "/lib/old.so (deleted)", 0), 0);
	assert_ptr_equal(stage.binary, &stage);
}

/* The deleted file is not mentioned: a library with Go code was found. */
static void reports_why_a_library_is_refused(void **state)
{
	assert_int_equal(open_code("/lib/web.so", "/lib/old.so (deleted)", -ENOENT), -ENOENT);
	assert_string_equal(stage.err.what, "its library /lib/web.so: no server");
	assert_string_equal(stage.err.hint, "");
}

/* A deleted file cannot be opened by its path, so it is unknown whether it has Go code. */
static void names_a_deleted_file_in_the_hint(void **state)
{
	assert_int_equal(open_code(NULL, "/lib/old.so (deleted)", 0), -ENOEXEC);
	assert_string_equal(stage.err.what, "not a Go program");
	assert_string_equal(stage.err.hint,
			    "it has loaded the deleted file /lib/old.so (deleted): restart the "
			    "process if that file has Go code");
}

static void refuses_a_program_without_libraries(void **state)
{
	assert_int_equal(open_code(NULL, NULL, 0), -ENOEXEC);
	assert_string_equal(stage.err.what, "not a Go program");
	assert_string_equal(stage.err.hint, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_the_library_of_a_program_without_go_code),
		cmocka_unit_test(reports_why_a_library_is_refused),
		cmocka_unit_test(names_a_deleted_file_in_the_hint),
		cmocka_unit_test(refuses_a_program_without_libraries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
