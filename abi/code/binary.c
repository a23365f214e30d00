/* SPDX-License-Identifier: MIT */
#include "binary.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "debug_file.h"
#include "debug_info.h"

/* The first release whose linker writes each pclntab format; Go 1.12 is the oldest supported one. */
static const uint32_t format_releases[] = {
	[PCLNTAB_GO_1_2] = GO_VERSION(12, 0),
	[PCLNTAB_GO_1_16] = GO_VERSION(16, 0),
	[PCLNTAB_GO_1_18] = GO_VERSION(18, 0),
	[PCLNTAB_GO_1_20] = GO_VERSION(20, 0),
};

/* Sets the version of a binary that contains none: the format of the pclntab limits the releases. */
static void version_from_pclntab(struct go_version *version, enum pclntab_format format)
{
	uint32_t number = format_releases[format];

	*version = (struct go_version){ .number = number, .from_pclntab = true };
	snprintf(version->text, sizeof(version->text), "go1.%u or later", number / 1000);
}

static int read_version(struct binary *binary, struct error *err)
{
	struct error why = { 0 };
	int r = build_info_read(binary->image, &binary->build_info, &why);

	if (r < 0 && r != -ENOENT)
		return error_fail(err, r, "damaged Go build information: %s", why.what);
	if (r == 0 && binary->build_info.version &&
	    go_version_parse(binary->build_info.version, &binary->version, NULL) == 0)
		return 0;
	version_from_pclntab(&binary->version, pclntab_format(binary->pclntab));
	return 0;
}

/*
 * Looks for assembly functions of TinyGo's runtime (tinygo src/runtime/asm_amd64.S, asm_arm64.S and
 * src/internal/task/task_stack_amd64.S). TinyGo writes no pclntab; stripped TinyGo programs cannot be
 * recognized.
 */
static bool is_tinygo(const struct image *image)
{
	return image_symbol(image, "tinygo_scanCurrentStack", NULL, NULL) ||
	       image_symbol(image, "tinygo_startTask", NULL, NULL);
}

/*
 * Explains what a file without pclntab is. Returns -ENOTSUP with an explanation, or -ENOENT if the file is
 * not recognized.
 */
static int explain_foreign(const struct image *image, struct error *err)
{
	/* A file packed by UPX has this mark after the program headers, and no section headers. */
	enum { HEAD_SIZE = 512 };
	static const struct bytes mark = { (const uint8_t *)"UPX!", 4 };
	struct section section;
	struct buffer head;
	bool packed;

	if (image_section(image, ".go_export", &section))
		return error_fail(
			err, -ENOTSUP,
			"compiled by gccgo: only binaries of the Go toolchain can be traced");
	if (is_tinygo(image))
		return error_fail(
			err, -ENOTSUP,
			"compiled by TinyGo: only binaries of the Go toolchain can be traced");
	if (image_size(image) < HEAD_SIZE || image_load_file(image, 0, HEAD_SIZE, &head, NULL) < 0)
		return -ENOENT;
	packed = bytes_find(buffer_bytes(&head), 0, mark, 1) != SIZE_MAX;
	buffer_release(&head);
	if (!packed)
		return -ENOENT;
	error_fail(err, -ENOTSUP, "packed by UPX: its code is not in the file");
	error_hint(err, "unpack it with upx -d");
	return -ENOTSUP;
}

static int open_types(struct binary *binary, const char *path, const char *types, struct error *err)
{
	struct error refusal = { 0 };
	int r = 0;

	if (types)
		r = debug_file_open(binary->image, types, &binary->debug, &refusal);
	if (error_is_shortage(r))
		return error_adopt(err, &refusal);
	if (!binary->debug && !debug_info_present(binary->image))
		r = debug_file_find(binary->image, path, DEBUG_FILE_FOLDER, &binary->debug, err);
	if (error_is_shortage(r))
		return r;
	r = types_open(binary->image, binary->debug ? binary->debug : binary->image,
		       &binary->version, &binary->types, err);
	if (r < 0)
		return r;
	types_set_refusal(binary->types, &refusal);
	types_set_pclntab(binary->types, binary->pclntab);
	return 0;
}

int binary_open_from(const char *path, const char *origin, const char *types,
		     struct binary **ret_binary, struct error *err)
{
	struct binary *binary = calloc(1, sizeof(*binary));
	int r;

	if (!binary)
		return error_fail(err, -ENOMEM, "out of memory");
	r = image_open(path, &binary->image, err);
	if (r < 0)
		goto fail;
	r = pclntab_open(binary->image, &binary->pclntab, err);
	if (r == -ENOENT)
		r = explain_foreign(binary->image, err);
	if (r < 0)
		goto fail;
	r = read_version(binary, err);
	if (r < 0)
		goto fail;
	r = open_types(binary, origin, types, err);
	if (r < 0)
		goto fail;
	binary->convention = convention_of(image_machine(binary->image), &binary->version);
	*ret_binary = binary;
	return 0;
fail:
	binary_close(binary);
	return r;
}

int binary_open(const char *path, const char *types, struct binary **ret_binary, struct error *err)
{
	return binary_open_from(path, path, types, ret_binary, err);
}

int binary_set_libraries(struct binary *binary, const struct library *const *libraries,
			 size_t count, struct error *err)
{
	binary->libraries = calloc(count + 1, sizeof(*binary->libraries));
	if (!binary->libraries)
		return error_fail(err, -ENOMEM, "out of memory");
	binary->library_count = count;
	for (size_t i = 0; i < count; i++)
		library_copies_find(libraries[i], &binary->build_info, binary->pclntab,
				    &binary->libraries[i]);
	types_set_libraries(binary->types, binary->libraries, count);
	return 0;
}

const struct library_copies *binary_library(const struct binary *binary,
					    const struct library *library)
{
	for (size_t i = 0; i < binary->library_count; i++) {
		if (binary->libraries[i].library == library)
			return &binary->libraries[i];
	}
	return NULL;
}

void binary_close(struct binary *binary)
{
	if (!binary)
		return;
	types_close(binary->types);
	free(binary->libraries);
	pclntab_close(binary->pclntab);
	build_info_release(&binary->build_info);
	image_close(binary->debug);
	image_close(binary->image);
	free(binary);
}

static bool has_mode(const struct binary *binary, const char *mode)
{
	size_t size;
	const char *value = build_info_setting(&binary->build_info, "-buildmode", &size);

	return value && size == strlen(mode) && memcmp(value, mode, size) == 0;
}

/*
 * Before Go 1.18, build settings are not recorded. A library is then a file of type ET_DYN without an
 * interpreter and without DF_1_PIE.
 */
bool binary_is_library(const struct binary *binary)
{
	struct segment dynamic;
	struct section section;
	uint64_t flags = 0;

	if (has_mode(binary, "c-shared") || has_mode(binary, "plugin"))
		return true;
	if (!image_is_pie(binary->image) || !image_section(binary->image, ".text", &section) ||
	    image_section(binary->image, ".interp", &section) ||
	    !image_dynamic(binary->image, &dynamic))
		return false;
	return !image_dynamic_value(binary->image, DT_FLAGS_1, &flags) || !(flags & DF_1_PIE);
}

int binary_looks_like_go(const char *path)
{
	struct section section;
	struct image *image;
	bool looks;
	int r = image_open(path, &image, NULL);

	if (r < 0)
		return error_is_shortage(r) ? r : false;
	looks = !image_section(image, ".text", &section) ||
		image_section(image, ".note.go.buildid", &section) ||
		image_section(image, ".go.buildinfo", &section) ||
		image_section(image, ".gopclntab", &section);
	image_close(image);
	return looks;
}
