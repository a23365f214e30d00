/* SPDX-License-Identifier: MIT */
/* Finds the libraries with Go code that a process has loaded. This test maps the files. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "elf_builder.h"
#include "go_libraries.h"

enum { ADDRESS = 0x10000, PAGE = 4096 };

/* ---- files ---- */

struct library {
	struct elf_builder elf;
	const char *path;
	void *mapped;
};

/* Makes a library, with or without the sections of the Go linker. */
static void make_library(struct library *library, bool is_go)
{
	static const char code[64];
	uint64_t at;

	elf_init(&library->elf);
	at = elf_append(&library->elf, code, sizeof(code));
	elf_segment(&library->elf, PT_LOAD, PF_R | PF_X, ADDRESS, at, sizeof(code), sizeof(code));
	elf_section(&library->elf, ".text", SHT_PROGBITS, ADDRESS, at, sizeof(code));
	if (is_go)
		elf_section(&library->elf, ".gopclntab", SHT_PROGBITS, ADDRESS, at, sizeof(code));
	elf_finish(&library->elf, ET_DYN, EM_X86_64);
	library->path = elf_save(&library->elf);
	library->mapped = NULL;
}

static void map_library(struct library *library, int protection)
{
	int fd = open(library->path, O_RDONLY | O_CLOEXEC);

	library->mapped = mmap(NULL, PAGE, protection, MAP_PRIVATE, fd, 0);
	assert_true(library->mapped != MAP_FAILED);
	close(fd);
}

static void release_library(struct library *library)
{
	if (library->mapped)
		munmap(library->mapped, PAGE);
	elf_release(&library->elf);
}

/* ---- this process ---- */

static struct go_libraries find_libraries(void)
{
	struct go_libraries libraries = { 0 };
	struct process process;

	assert_int_equal(process_open((uint32_t)getpid(), &process, NULL), 0);
	assert_int_equal(go_libraries_find(&process, &libraries, NULL), 0);
	process_close(&process);
	return libraries;
}

static void assert_found(const char *const *paths, size_t count, const char *deleted)
{
	struct go_libraries libraries = find_libraries();

	assert_int_equal(libraries.count, count);
	for (size_t i = 0; i < count; i++) {
		bool found = false;

		for (size_t j = 0; j < count; j++)
			found = found || strcmp(libraries.paths[j], paths[i]) == 0;
		assert_true(found);
	}
	if (deleted)
		assert_string_equal(libraries.deleted, deleted);
	else
		assert_null(libraries.deleted);
	go_libraries_finish(&libraries);
	assert_int_equal(libraries.count, 0);
}

static void libraries_with_go_code_are_found_among_others(void **state)
{
	struct library one, two, other, data;

	make_library(&one, true);
	make_library(&two, true);
	make_library(&other, false);
	make_library(&data, true);
	assert_found(NULL, 0, NULL);
	map_library(&one, PROT_READ | PROT_EXEC);
	map_library(&two, PROT_READ | PROT_EXEC);
	map_library(&other, PROT_READ | PROT_EXEC);
	/* A file that is mapped without execute permission is not loaded. */
	map_library(&data, PROT_READ);
	assert_found((const char *const[]){ one.path, two.path }, 2, NULL);
	release_library(&one);
	assert_found((const char *const[]){ two.path }, 1, NULL);
	release_library(&two);
	release_library(&other);
	release_library(&data);
}

/* A library has several mappings. */
static void each_library_is_listed_once(void **state)
{
	struct library library, again;

	make_library(&library, true);
	map_library(&library, PROT_READ | PROT_EXEC);
	again = library;
	map_library(&again, PROT_READ | PROT_WRITE | PROT_EXEC);
	assert_found((const char *const[]){ library.path }, 1, NULL);
	munmap(again.mapped, PAGE);
	release_library(&library);
}

/* Of several deleted files, the first is named. */
static void a_deleted_file_is_named(void **state)
{
	struct library one, two;
	char deleted[128];

	make_library(&one, true);
	make_library(&two, true);
	map_library(&one, PROT_READ | PROT_EXEC);
	map_library(&two, PROT_READ | PROT_EXEC);
	assert_int_equal(unlink(two.path), 0);
	snprintf(deleted, sizeof(deleted), "%s (deleted)", two.path);
	assert_found((const char *const[]){ one.path }, 1, deleted);
	assert_int_equal(unlink(one.path), 0);
	snprintf(deleted, sizeof(deleted), "%s (deleted)",
		 one.mapped < two.mapped ? one.path : two.path);
	assert_found(NULL, 0, deleted);
	release_library(&one);
	release_library(&two);
}

/* The program of the process is inspected elsewhere. */
static void the_executable_is_no_library(void **state)
{
	struct library library;
	struct go_libraries libraries;
	struct process process;

	make_library(&library, true);
	map_library(&library, PROT_READ | PROT_EXEC);
	assert_int_equal(process_open((uint32_t)getpid(), &process, NULL), 0);
	snprintf(process.exe, sizeof(process.exe), "%s", library.path);
	assert_int_equal(go_libraries_find(&process, &libraries, NULL), 0);
	assert_int_equal(libraries.count, 0);
	go_libraries_finish(&libraries);
	process_close(&process);
	release_library(&library);
}

static void processes_that_have_ended_have_no_libraries(void **state)
{
	const struct process process = { .pid = UINT32_MAX };
	struct go_libraries libraries;

	assert_int_equal(go_libraries_find(&process, &libraries, NULL), 0);
	assert_int_equal(libraries.count, 0);
	assert_null(libraries.deleted);
	go_libraries_finish(&libraries);
}

/* ---- descriptors ---- */

/* Searches the libraries while `left` more descriptors may be opened. */
static int find_with_descriptors(const struct process *process, int left, struct error *err)
{
	struct go_libraries libraries = { 0 };
	struct rlimit usual, few;
	int next = open("/dev/null", O_RDONLY | O_CLOEXEC), r;

	close(next);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
	few = (struct rlimit){ (rlim_t)(next + left), usual.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	r = go_libraries_find(process, &libraries, err);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual), 0);
	if (r == 0)
		go_libraries_finish(&libraries);
	return r;
}

static void a_lack_of_descriptors_is_told_as_such(void **state)
{
	struct process process;
	struct error err = { 0 };

	assert_int_equal(process_open((uint32_t)getpid(), &process, NULL), 0);
	assert_int_equal(find_with_descriptors(&process, 0, &err), -EMFILE);
	assert_non_null(strstr(err.what, "its libraries cannot be listed: "));
	assert_int_equal(find_with_descriptors(&process, 1, NULL), 0);
	process_close(&process);
}

/* ---- paths ---- */

/* Files in the mount namespace of the process are opened through /proc. */
static void paths_are_those_of_the_process(void **state)
{
	assert_string_equal(library_path(42, "/usr/lib/x.so").text, "/proc/42/root"
								    "/usr/lib/x.so");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(libraries_with_go_code_are_found_among_others),
		cmocka_unit_test(each_library_is_listed_once),
		cmocka_unit_test(a_deleted_file_is_named),
		cmocka_unit_test(the_executable_is_no_library),
		cmocka_unit_test(processes_that_have_ended_have_no_libraries),
		cmocka_unit_test(a_lack_of_descriptors_is_told_as_such),
		cmocka_unit_test(paths_are_those_of_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
