/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "build_id.h"
#include "elf_builder.h"

enum { MAX_ID = 256, NOTE_SIZE = 4096 };

/* A note as linkers write it, with possible damage. */
struct note {
	const char *section, *owner;
	uint32_t owner_size, type, size;
	uint32_t section_size; /* 0: as large as the note */
	uint8_t first;	       /* byte of the ID; the others follow it */
};

static void put_note(struct elf_builder *elf, const struct note *note)
{
	uint64_t size = note->section_size ? note->section_size : 16 + note->size;
	uint64_t at = elf_append(elf, NULL, NOTE_SIZE + MAX_ID);

	elf_put32(elf, at, note->owner_size);
	elf_put32(elf, at + 4, note->size);
	elf_put32(elf, at + 8, note->type);
	memcpy(elf->data + at + 12, note->owner, strlen(note->owner));
	for (uint32_t i = 0; i < note->size && i <= MAX_ID; i++)
		elf->data[at + 16 + i] = (uint8_t)(note->first + i);
	elf_section(elf, note->section, SHT_NOTE, 0, at, size);
}

static struct image *open_image(struct elf_builder *elf, const struct note *gnu,
				const struct note *go)
{
	struct image *image = NULL;

	elf_init(elf);
	elf_segment(elf, PT_LOAD, PF_R | PF_X, 0x400000, 0, 64, 64);
	if (gnu)
		put_note(elf, gnu);
	if (go)
		put_note(elf, go);
	elf_finish(elf, ET_EXEC, EM_X86_64);
	assert_int_equal(image_open(elf_save(elf), &image, NULL), 0);
	return image;
}

static void close_image(struct elf_builder *elf, struct image *image)
{
	image_close(image);
	elf_release(elf);
}

#define GNU(...)                                               \
	{                                                      \
		".note.gnu.build-id", "GNU", 4, 3, __VA_ARGS__ \
	}
#define GO(...)                                             \
	{                                                   \
		".note.go.buildid", "Go", 4, 4, __VA_ARGS__ \
	}

static void assert_size(const struct note *note, enum build_id_kind kind, size_t wanted)
{
	struct build_id id = { .size = 0 };
	struct elf_builder elf;
	struct image *image = open_image(&elf, note, NULL);

	assert_int_equal(build_id_read(image, kind, &id), wanted != 0);
	assert_int_equal(id.size, wanted);
	if (wanted) {
		assert_int_equal(id.data[0], note->first);
		assert_int_equal(id.data[wanted - 1], (uint8_t)(note->first + wanted - 1));
	}
	close_image(&elf, image);
}

static void reads_both_kinds(void **state)
{
	assert_size(&(struct note)GNU(20, 0, 1), BUILD_ID_GNU, 20);
	assert_size(&(struct note)GNU(20, 0, 1), BUILD_ID_GO, 0);
	assert_size(&(struct note)GO(83, 0, 1), BUILD_ID_GO, 83);
	assert_size(&(struct note)GO(83, 0, 1), BUILD_ID_GNU, 0);
	assert_size(&(struct note)GNU(1, 0, 1), BUILD_ID_GNU, 1);
	assert_size(&(struct note)GNU(MAX_ID, 0, 1), BUILD_ID_GNU, MAX_ID);
	assert_size(&(struct note)GNU(20, NOTE_SIZE, 1), BUILD_ID_GNU, 20);
}

static void refuses_other_notes(void **state)
{
	static const struct note rows[] = {
		GNU(0, 0, 1),
		GNU(MAX_ID + 1, 0, 1),
		GNU(20, 35, 1), /* a byte is missing */
		GNU(20, 11, 1), /* a part of the head is */
		GNU(20, NOTE_SIZE + 1, 1),
		GNU(UINT32_MAX, NOTE_SIZE, 1),
		{ ".note.gnu.build-id", "GNU", 3, 3, 20, 0, 1 },
		{ ".note.gnu.build-id", "GNU", 4, 4, 20, 0, 1 },
		{ ".note.gnu.build-id", "GNV", 4, 3, 20, 0, 1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_size(&rows[i], BUILD_ID_GNU, 0);
}

/* The GNU build ID decides if both files have one, otherwise Go's build ID. */
static void compares_builds(void **state)
{
	static const struct note gnu_a = GNU(20, 0, 1), gnu_b = GNU(20, 0, 2),
				 longer = GNU(21, 0, 1);
	static const struct note go_a = GO(40, 0, 1), go_b = GO(40, 0, 2);
	static const struct {
		const struct note *gnu, *go, *other_gnu, *other_go;
		int code;
	} rows[] = {
		{ &gnu_a, NULL, &gnu_a, NULL, 0 },	   { &gnu_a, NULL, &gnu_b, NULL, -ESTALE },
		{ &gnu_a, NULL, &longer, NULL, -ESTALE },  { NULL, &go_a, NULL, &go_a, 0 },
		{ NULL, &go_a, NULL, &go_b, -ESTALE },	   { &gnu_a, &go_a, &gnu_a, &go_b, 0 },
		{ &gnu_a, &go_a, &gnu_b, &go_a, -ESTALE }, { &gnu_a, &go_a, NULL, &go_a, 0 },
		{ NULL, &go_a, &gnu_a, &go_b, -ESTALE },   { &gnu_a, NULL, NULL, &go_a, -ENODATA },
		{ NULL, NULL, NULL, NULL, -ENODATA },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct elf_builder elf, other_elf;
		struct image *image = open_image(&elf, rows[i].gnu, rows[i].go);
		struct image *other = open_image(&other_elf, rows[i].other_gnu, rows[i].other_go);
		struct error err = { 0 };

		assert_int_equal(build_id_compare(image, other, &err), rows[i].code);
		assert_int_equal(err.code, rows[i].code);
		close_image(&elf, image);
		close_image(&other_elf, other);
	}
}

static void writes_digits(void **state)
{
	const struct build_id id = { { 0x01, 0xab, 0xff }, 3 };
	char text[8] = "xxxxxxx";

	build_id_format(&id, text, 7);
	assert_string_equal(text, "01abff");
	build_id_format(&id, text, 6);
	assert_string_equal(text, "01ab");
	build_id_format(&id, text, 1);
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_both_kinds),
		cmocka_unit_test(refuses_other_notes),
		cmocka_unit_test(compares_builds),
		cmocka_unit_test(writes_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
