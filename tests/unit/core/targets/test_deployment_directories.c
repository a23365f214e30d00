/* SPDX-License-Identifier: MIT */
/* Detects new versions of programs in the directories of running programs. */
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
#include <uv.h>

#include <cmocka.h>

#include "deployments.h"

static uv_loop_t loop;
static struct deployments *deployments;
static char directory[64], path[128], other[128];
static char seen[1024]; /* the paths that appeared, a line each */

static void on_appeared(void *user, const char *appeared)
{
	assert_ptr_equal(user, &loop);
	strcat(strcat(seen, appeared), "\n");
}

static int begin(void **state)
{
	strcpy(directory, "/tmp/gohttpsnoop-test-XXXXXX");
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/shop", directory);
	snprintf(other, sizeof(other), "%s/new", directory);
	seen[0] = '\0';
	uv_loop_init(&loop);
	deployments = deployments_create(&loop, on_appeared, &loop);
	return deployments ? 0 : -1;
}

static int end(void **state)
{
	deployments_destroy(deployments);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
	unlink(path);
	unlink(other);
	rmdir(directory);
	return 0;
}

static void write_file(const char *name)
{
	int descriptor = open(name, O_CREAT | O_WRONLY | O_CLOEXEC, 0700);

	assert_int_equal(write(descriptor, "x", 1), 1);
	close(descriptor);
}

static void assert_seen(const char *wanted)
{
	for (int i = 0; i < 3; i++)
		uv_run(&loop, UV_RUN_NOWAIT);
	assert_string_equal(seen, wanted);
	seen[0] = '\0';
}

static void files_that_are_written_or_moved_appear(void **state)
{
	char wanted[256];

	deployments_watch(deployments, path);
	snprintf(wanted, sizeof(wanted), "%s\n", path);
	write_file(path);
	assert_seen(wanted);
	write_file(other);
	seen[0] = '\0';
	assert_int_equal(rename(other, path), 0);
	for (int i = 0; i < 3; i++)
		uv_run(&loop, UV_RUN_NOWAIT);
	/* The file was written under another name, then moved here. */
	assert_non_null(strstr(seen, wanted));
	seen[0] = '\0';
	/* Only now the file is executable. */
	assert_int_equal(chmod(path, 0755), 0);
	assert_seen(wanted);
	assert_int_equal(unlink(path), 0);
	assert_seen("");
}

static void directories_are_watched_once(void **state)
{
	char wanted[256];

	deployments_watch(deployments, path);
	deployments_watch(deployments, other);
	deployments_watch(deployments, path);
	snprintf(wanted, sizeof(wanted), "%s\n", path);
	write_file(path);
	assert_seen(wanted);
}

static void other_directories_do_not_appear(void **state)
{
	char wanted[256];

	deployments_watch(deployments, path);
	assert_int_equal(mkdir(other, 0700), 0);
	assert_int_equal(chmod(other, 0755), 0);
	assert_seen("");
	assert_int_equal(rmdir(other), 0);
	/* The next watch is not confused with this directory. */
	deployments_watch(deployments, "/no/such/folder/shop");
	write_file(path);
	snprintf(wanted, sizeof(wanted), "%s\n", path);
	assert_seen(wanted);
}

/* A directory that was removed is forgotten, and can be watched again. */
static void removed_directories_are_forgotten(void **state)
{
	char wanted[256];

	deployments_watch(deployments, path);
	assert_int_equal(rmdir(directory), 0);
	assert_seen("");
	assert_int_equal(mkdir(directory, 0700), 0);
	write_file(path);
	assert_seen("");
	deployments_watch(deployments, path);
	write_file(path);
	snprintf(wanted, sizeof(wanted), "%s\n", path);
	assert_seen(wanted);
}

/* A path without a slash is in the current directory. */
static void relative_paths_are_watched(void **state)
{
	char before[4096];

	assert_non_null(getcwd(before, sizeof(before)));
	assert_int_equal(chdir(directory), 0);
	deployments_watch(deployments, "shop");
	write_file("shop");
	assert_seen("./shop\n");
	assert_int_equal(chdir(before), 0);
}

static void nothing_is_watched_without_them(void **state)
{
	deployments_watch(NULL, path);
	deployments_destroy(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(files_that_are_written_or_moved_appear),
		TEST(directories_are_watched_once),
		TEST(other_directories_do_not_appear),
		TEST(removed_directories_are_forgotten),
		TEST(relative_paths_are_watched),
		cmocka_unit_test(nothing_is_watched_without_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
