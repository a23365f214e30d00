/* SPDX-License-Identifier: MIT */
#include "build_info.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "build_version.h"
#include "minimum.h"

/*
 * debug/buildinfo and cmd/link's buildinfo(): a header of 32 bytes, aligned to 16,
 *
 *	0  "\xff Go buildinf:"        14  pointer size        15  flags
 *
 * Up to Go 1.17 there are pointers at 16 and 24 to the string headers of runtime.buildVersion and
 * runtime.modinfo. Since Go 1.18 both strings follow the header, each after its length, a uvarint.
 */
#define HEADER_SIZE 32
#define FLAG_BIG_ENDIAN 1
#define FLAG_INLINE 2

#define MAX_VERSION 1024u
#define MAX_MODINFO (UINT64_C(16) << 20)
#define MAX_CANDIDATES 16
#define SENTINEL 16

static bool header_at(const struct image *image, uint64_t address, struct bytes magic)
{
	struct buffer header;
	bool found;

	if (image_load(image, address, HEADER_SIZE, &header, NULL) < 0)
		return false;
	found = memcmp(header.data, magic.data, magic.size) == 0;
	buffer_release(&header);
	return found;
}

/*
 * Finds the header by section, otherwise in any writable segment: an external linker puts it after the GOT,
 * and in a PIE of Go's own linker it is in the second writable segment, after RELRO.
 */
static bool header_find(const struct image *image, uint64_t *ret_address)
{
	static const uint8_t text[] = "\xff Go buildinf:";
	struct bytes magic = { text, sizeof(text) - 1 };
	struct section section;
	uint64_t address = 0;

	if (image_section(image, ".go.buildinfo", &section) &&
	    header_at(image, section.address, magic)) {
		*ret_address = section.address;
		return true;
	}
	/* A program that reads build information contains the magic, too, but without a header. */
	for (int i = 0; i < MAX_CANDIDATES && image_find(image, magic, 16, true, &address); i++) {
		uint8_t sizes[2];
		struct buffer header;

		if (image_load(image, address, HEADER_SIZE, &header, NULL) < 0)
			return false;
		memcpy(sizes, header.data + magic.size, sizeof(sizes));
		buffer_release(&header);
		if (sizes[0] == 8 || (sizes[1] & FLAG_INLINE)) {
			*ret_address = address;
			return true;
		}
		address += 16;
	}
	return false;
}

/* Returns a NUL-terminated copy of the `size` bytes at `address`. */
static int text_load(const struct image *image, uint64_t address, uint64_t size, uint64_t limit,
		     char **ret_text, struct error *err)
{
	struct buffer buffer;
	char *text;
	int result;

	if (size > limit)
		return error_fail(err, -EBADMSG, "damaged Go build information: %llu bytes of text",
				  (unsigned long long)size);
	result = image_load(image, address, size, &buffer, err);
	if (result < 0)
		return result;
	text = malloc(buffer.size + 1);
	if (text) {
		memcpy(text, buffer.data, buffer.size);
		text[buffer.size] = '\0';
	}
	buffer_release(&buffer);
	if (!text)
		return error_fail(err, -ENOMEM, "out of memory");
	*ret_text = text;
	return 0;
}

/* Loads the text to which the Go string header {data, length} at `address` points. */
static int string_load(const struct image *image, uint64_t address, uint64_t limit, char **ret_text,
		       uint64_t *ret_size, struct error *err)
{
	uint64_t data, size;
	int result = image_word(image, address, &data, err);

	if (result == 0)
		result = image_word(image, address + 8, &size, err);
	if (result == 0 && size == 0)
		data = address; /* the data pointer of an empty string is NULL; use any valid address */
	if (result == 0)
		result = text_load(image, data, size, limit, ret_text, err);
	if (result == 0)
		*ret_size = size;
	return result;
}

/* Loads the text after the uvarint length at `*address`, and moves `*address` past the text. */
static int inline_load(const struct image *image, uint64_t *address, uint64_t limit,
		       char **ret_text, uint64_t *ret_size, struct error *err)
{
	uint64_t length = 0, size = 0, extent = image_extent(image, *address);
	struct buffer buffer;
	int result = image_load(image, *address, minimum(extent, 10), &buffer, err);
	bool valid;

	if (result < 0)
		return result;
	valid = bytes_uvarint(buffer_bytes(&buffer), &length, &size);
	buffer_release(&buffer);
	if (!valid)
		return error_fail(err, -EBADMSG, "damaged Go build information: no string length");
	result = text_load(image, *address + length, size, limit, ret_text, err);
	if (result < 0)
		return result;
	*address += length + size;
	*ret_size = size;
	return 0;
}

/* Removes the sentinels, 16 bytes at each end. Text without them is not module information and is freed. */
static void modinfo_strip(char **modinfo, uint64_t size)
{
	if (size >= 33 && (*modinfo)[size - 17] == '\n') {
		size -= 2 * SENTINEL;
		memmove(*modinfo, *modinfo + SENTINEL, size);
		(*modinfo)[size] = '\0';
		return;
	}
	free(*modinfo);
	*modinfo = NULL;
}

static int blob_read(const struct image *image, uint64_t address, struct build_info *info,
		     struct error *err)
{
	uint64_t size = 0, next = address + HEADER_SIZE, pointer;
	struct buffer header;
	int result = image_load(image, address, HEADER_SIZE, &header, err);
	uint8_t pointer_size, flags;

	if (result < 0)
		return result;
	pointer_size = header.data[14];
	flags = header.data[15];
	buffer_release(&header);
	if (flags & FLAG_INLINE) {
		result = inline_load(image, &next, MAX_VERSION, &info->version, &size, err);
		if (result == 0)
			result = inline_load(image, &next, MAX_MODINFO, &info->modinfo, &size, err);
	} else if (pointer_size != 8 || (flags & FLAG_BIG_ENDIAN)) {
		return error_fail(err, -EBADMSG,
				  "damaged Go build information: pointer size %u, flags %u",
				  pointer_size, flags);
	} else {
		result = image_word(image, address + 16, &pointer, err);
		if (result == 0)
			result = string_load(image, pointer, MAX_VERSION, &info->version, &size,
					     err);
		if (result == 0)
			result = image_word(image, address + 24, &pointer, err);
		if (result == 0 && pointer)
			result = string_load(image, pointer, MAX_MODINFO, &info->modinfo, &size,
					     err);
	}
	if (result == 0 && info->modinfo)
		modinfo_strip(&info->modinfo, size);
	return result;
}

/* An empty version counts as missing. */
static void version_drop_empty(struct build_info *info)
{
	if (info->version && !info->version[0]) {
		free(info->version);
		info->version = NULL;
	}
}

int build_info_read(const struct image *image, struct build_info *ret_info, struct error *err)
{
	struct build_info info = { 0 };
	uint64_t address, size;
	int result = 0;

	if (header_find(image, &address))
		result = blob_read(image, address, &info, err);
	version_drop_empty(&info);
	/* Go up to 1.12 writes no blob, but every binary contains the value of runtime.Version(). */
	if (result == 0 && !info.version &&
	    image_symbol(image, "runtime.buildVersion", &address, NULL))
		result = string_load(image, address, MAX_VERSION, &info.version, &size, err);
	version_drop_empty(&info);
	if (result == 0 && !info.version)
		info.version = build_version_find(image);
	if (result == 0 && !info.version)
		result = error_fail(err, -ENOENT, "no Go build information");
	if (result < 0) {
		build_info_release(&info);
		return result;
	}
	*ret_info = info;
	return 0;
}

void build_info_release(struct build_info *info)
{
	free(info->version);
	free(info->modinfo);
	*info = (struct build_info){ 0 };
}

const char *build_info_setting(const struct build_info *info, const char *key, size_t *ret_length)
{
	size_t key_length = strlen(key);

	for (const char *line = info->modinfo; line && *line;) {
		size_t length = strcspn(line, "\n");
		const char *found = line + strlen("build\t");

		if (strncmp(line, "build\t", 6) == 0 && strncmp(found, key, key_length) == 0 &&
		    found[key_length] == '=') {
			*ret_length = length - 6 - key_length - 1;
			return found + key_length + 1;
		}
		line += length + (line[length] == '\n');
	}
	return NULL;
}
