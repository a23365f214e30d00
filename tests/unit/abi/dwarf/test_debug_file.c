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
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "build_id.h"
#include "debug_file.h"
#include "elf_builder.h"

#define ADDRESS 0x400000u

/* A folder of files, removed with all that is in it. */
struct fixture {
	char folder[64];
	char paths[16][160];
	size_t count;
};

static void fixture_begin(struct fixture *fixture)
{
	*fixture = (struct fixture){ .folder = "/tmp/debug_file.XXXXXX" };
	assert_non_null(mkdtemp(fixture->folder));
}

static void fixture_end(struct fixture *fixture)
{
	while (fixture->count)
		remove(fixture->paths[--fixture->count]);
	remove(fixture->folder);
}

static const char *path_of(struct fixture *fixture, const char *name)
{
	char *path = fixture->paths[fixture->count++];
	size_t length = strlen(fixture->folder);

	assert_true(length + strlen(name) + 2 <= sizeof(fixture->paths[0]));
	memcpy(path, fixture->folder, length);
	path[length] = '/';
	strcpy(path + length + 1, name);
	return path;
}

static void folder_make(struct fixture *fixture, const char *name)
{
	assert_int_equal(mkdir(path_of(fixture, name), 0700), 0);
}

static void note_put(struct elf_builder *elf, const char *section, const char *owner, uint32_t type,
		     const char *id)
{
	uint8_t note[64] = { 4, 0, 0, 0, (uint8_t)strlen(id), 0, 0, 0, (uint8_t)type };
	uint64_t at;

	memcpy(note + 12, owner, strlen(owner));
	memcpy(note + 16, id, strlen(id));
	at = elf_append(elf, note, sizeof(note));
	elf_section(elf, section, SHT_NOTE, ADDRESS + at, at, 16 + strlen(id));
}

struct contents {
	const char *gnu, *go; /* ids, or NULL */
	const char *link;
	uint32_t checksum;
	bool dwarf;
	uint16_t machine; /* 0: x86-64 */
	char tail;
};

/* Writes an ELF file; returns its checksum. */
static uint32_t file_write(const char *path, const struct contents *contents)
{
	struct elf_builder elf;
	char link[64] = { 0 };
	uint32_t sum = UINT32_MAX;
	size_t length;
	uint64_t at;
	FILE *file;

	elf_init(&elf);
	at = elf_append(&elf, NULL, 64);
	elf_segment(&elf, PT_LOAD, PF_R | PF_X, ADDRESS, at, 64, 64);
	elf.data[at] = (uint8_t)contents->tail;
	if (contents->gnu)
		note_put(&elf, ".note.gnu.build-id", "GNU", 3, contents->gnu);
	if (contents->go)
		note_put(&elf, ".note.go.buildid", "Go", 4, contents->go);
	if (contents->link) {
		length = strlen(contents->link) / 4 * 4 + 4;
		memcpy(link, contents->link, strlen(contents->link));
		memcpy(link + length, &contents->checksum, 4);
		at = elf_append(&elf, link, sizeof(link));
		elf_section(&elf, ".gnu_debuglink", SHT_PROGBITS, 0, at, length + 4);
	}
	if (contents->dwarf) {
		at = elf_append(&elf, NULL, 16);
		elf_section(&elf, ".debug_info", SHT_PROGBITS, 0, at, 16);
	}
	elf_finish(&elf, ET_EXEC, contents->machine ? contents->machine : EM_X86_64);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(elf.data, 1, elf.size, file), elf.size);
	fclose(file);
	for (size_t i = 0; i < elf.size; i++) {
		sum ^= elf.data[i];
		for (int bit = 0; bit < 8; bit++)
			sum = sum >> 1 ^ (sum & 1 ? 0xedb88320 : 0);
	}
	elf_release(&elf);
	return ~sum;
}

static struct image *image_at(const char *path)
{
	struct image *image = NULL;

	assert_int_equal(image_open(path, &image, NULL), 0);
	return image;
}

static void only_the_same_build_is_taken(void **state)
{
	static const struct {
		struct contents stripped, other;
		int result;
		const char *what;
	} rows[] = {
		{ { .go = "abc" }, { .go = "abc", .dwarf = true }, 0, "" },
		{ { .gnu = "abc" }, { .gnu = "abc", .dwarf = true }, 0, "" },
		{ { .gnu = "abc", .go = "x" }, { .gnu = "abc", .dwarf = true }, 0, "" },
		{ { .go = "abc" }, { .go = "abd", .dwarf = true }, -ESTALE, "from another build" },
		{ { .go = "abc" }, { .go = "ab", .dwarf = true }, -ESTALE, "from another build" },
		{ { .gnu = "abc", .go = "x" },
		  { .gnu = "abd", .go = "x", .dwarf = true },
		  -ESTALE,
		  "from another build" },
		{ { .go = "abc" }, { .go = "abc" }, -ENODATA, "has no DWARF" },
		{ { .go = "abc" }, { .gnu = "abc", .dwarf = true }, -ENODATA, "no build IDs" },
		{ { .go = NULL }, { .go = NULL, .dwarf = true }, -ENODATA, "no build IDs" },
		{ { .go = "abc" },
		  { .go = "abc", .dwarf = true, .machine = EM_AARCH64 },
		  -ESTALE,
		  "for another machine architecture" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct image *image, *debug = NULL;
		struct fixture fixture;
		struct error err = { 0 };
		const char *stripped, *other;

		fixture_begin(&fixture);
		stripped = path_of(&fixture, "stripped");
		other = path_of(&fixture, "other");
		file_write(stripped, &rows[i].stripped);
		file_write(other, &rows[i].other);
		image = image_at(stripped);
		assert_int_equal(debug_file_open(image, other, &debug, &err), rows[i].result);
		assert_non_null(strstr(err.what, rows[i].what));
		assert_true((debug != NULL) == (rows[i].result == 0));
		image_close(debug);
		image_close(image);
		fixture_end(&fixture);
	}
}

static bool found(struct fixture *fixture, const char *binary)
{
	struct image *image = image_at(binary), *debug = NULL;
	char folder[128];
	bool result;

	snprintf(folder, sizeof(folder), "%s/system", fixture->folder);
	result = debug_file_find(image, binary, folder, &debug, NULL) == 0;
	assert_int_equal(result, debug != NULL);
	image_close(debug);
	image_close(image);
	return result;
}

static void finds_by_link(void **state)
{
	static const char *const names[] = { "x.debug", ".debug/x.debug" };

	for (size_t i = 0; i < 3; i++) {
		struct contents debug = { .dwarf = true, .tail = 7 };
		struct contents binary = { .link = "x.debug" };
		struct fixture fixture;
		const char *path;
		char below[128];

		fixture_begin(&fixture);
		folder_make(&fixture, ".debug");
		folder_make(&fixture, "system");
		if (i == 2) {
			folder_make(&fixture, "system/tmp");
			snprintf(below, sizeof(below), "system%s", fixture.folder);
			folder_make(&fixture, below);
			snprintf(below, sizeof(below), "system%s/x.debug", fixture.folder);
			path = path_of(&fixture, below);
		} else {
			path = path_of(&fixture, names[i]);
		}
		binary.checksum = file_write(path, &debug);
		path = path_of(&fixture, "binary");
		file_write(path, &binary);
		assert_true(found(&fixture, path));
		/* A file with another checksum belongs to another build. */
		binary.checksum++;
		file_write(path, &binary);
		assert_false(found(&fixture, path));
		fixture_end(&fixture);
	}
}

/* No checksum is computed of a huge file: a sparse file may have any size. */
static void takes_no_checksum_of_huge_files(void **state)
{
	static const uint8_t zero[1];
	struct contents debug = { .dwarf = true, .tail = 7 }, binary = { .link = "x.debug" };
	const uint64_t size = (UINT64_C(1) << 30) + 1;
	const char *path, *huge;
	struct fixture fixture;
	uLong zeros = crc32(0, zero, 1), sum;
	struct stat file;

	fixture_begin(&fixture);
	huge = path_of(&fixture, "x.debug");
	sum = file_write(huge, &debug);
	assert_int_equal(stat(huge, &file), 0);
	assert_int_equal(truncate(huge, (off_t)size), 0);
	/* Computes the checksum that the file has: each bit of the length appends a power of two of zeros. */
	for (uint64_t rest = size - (uint64_t)file.st_size, bit = 1; rest;
	     rest &= ~bit, bit <<= 1) {
		if (rest & bit)
			sum = crc32_combine(sum, zeros, (z_off_t)bit);
		zeros = crc32_combine(zeros, zeros, (z_off_t)bit);
	}
	binary.checksum = (uint32_t)sum;
	path = path_of(&fixture, "binary");
	file_write(path, &binary);
	assert_false(found(&fixture, path));
	fixture_end(&fixture);
}

static void a_link_leads_to_no_other_folder(void **state)
{
	static const char *const names[] = { "../x.debug", "/tmp/x", "..", "" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct contents debug = { .go = "id", .dwarf = true };
		struct contents binary = { .go = "id", .link = names[i] };
		struct fixture fixture;
		const char *path;

		fixture_begin(&fixture);
		folder_make(&fixture, "sub");
		file_write(path_of(&fixture, "x.debug"), &debug);
		path = path_of(&fixture, "sub/binary");
		file_write(path, &binary);
		assert_false(found(&fixture, path));
		fixture_end(&fixture);
	}
}

static void finds_by_build_id(void **state)
{
	struct contents debug = { .gnu = "abcd", .dwarf = true };
	struct contents binary = { .gnu = "abcd" };
	struct fixture fixture;
	const char *path;

	fixture_begin(&fixture);
	folder_make(&fixture, "system");
	folder_make(&fixture, "system/.build-id");
	folder_make(&fixture, "system/.build-id/61");
	file_write(path_of(&fixture, "system/.build-id/61/626364.debug"), &debug);
	path = path_of(&fixture, "binary");
	file_write(path, &binary);
	assert_true(found(&fixture, path));
	/* The file in the folder of one build ID has another build ID. */
	debug.gnu = "abce";
	file_write(fixture.paths[3], &debug);
	assert_false(found(&fixture, path));
	fixture_end(&fixture);
}

/*
 * Without free descriptors it is unknown whether such a file exists. That is reported as a shortage, not as
 * absence.
 */
static void tells_a_shortage_from_absence(void **state)
{
	struct contents debug = { .go = "id", .dwarf = true };
	struct contents binary = { .go = "id", .link = "x.debug" };
	struct image *image, *found = NULL;
	struct rlimit before, few;
	struct error err = { 0 };
	struct fixture fixture;
	const char *path;
	int r;

	fixture_begin(&fixture);
	file_write(path_of(&fixture, "x.debug"), &debug);
	path = path_of(&fixture, "binary");
	file_write(path, &binary);
	image = image_at(path);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = (struct rlimit){ .rlim_cur = 3, .rlim_max = before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	r = debug_file_find(image, path, fixture.folder, &found, &err);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(r, -EMFILE);
	assert_int_equal(err.code, -EMFILE);
	assert_null(found);
	assert_int_equal(debug_file_find(image, path, fixture.folder, &found, NULL), 0);
	image_close(found);
	image_close(image);
	fixture_end(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_same_build_is_taken),
		cmocka_unit_test(finds_by_link),
		cmocka_unit_test(takes_no_checksum_of_huge_files),
		cmocka_unit_test(a_link_leads_to_no_other_folder),
		cmocka_unit_test(finds_by_build_id),
		cmocka_unit_test(tells_a_shortage_from_absence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
