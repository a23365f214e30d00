/* SPDX-License-Identifier: MIT */
#include "build_id.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MAX_NOTE 4096

static const struct {
	const char *section;
	char owner[4];
	uint32_t type;
} notes[] = {
	[BUILD_ID_GNU] = { ".note.gnu.build-id", "GNU", 3 },
	[BUILD_ID_GO] = { ".note.go.buildid", "Go", 4 },
};

/*
 * Layout of a note: size of the owner, size of the content, type (32 bits each), owner, content. Owner and
 * content are padded to 4 bytes.
 */
static bool note_read(struct bytes bytes, enum build_id_kind kind, struct build_id *ret_id)
{
	uint32_t owner_size, size, type;
	struct bytes owner, content;

	if (!bytes_u32(bytes, 0, &owner_size) || !bytes_u32(bytes, 4, &size) ||
	    !bytes_u32(bytes, 8, &type) || owner_size != 4 || type != notes[kind].type)
		return false;
	owner = bytes_slice(bytes, 12, 4);
	content = bytes_slice(bytes, 16, size);
	if (owner.size != 4 || memcmp(owner.data, notes[kind].owner, 4) != 0 || size == 0 ||
	    content.size != size || size > sizeof(ret_id->data))
		return false;
	memcpy(ret_id->data, content.data, size);
	ret_id->size = size;
	return true;
}

bool build_id_read(const struct image *image, enum build_id_kind kind, struct build_id *ret_id)
{
	struct section section;
	struct buffer buffer;
	bool found;

	if (!image_section(image, notes[kind].section, &section) || section.no_bits ||
	    section.size > MAX_NOTE ||
	    image_load_file(image, section.offset, section.size, &buffer, NULL) < 0)
		return false;
	found = note_read(buffer_bytes(&buffer), kind, ret_id);
	buffer_release(&buffer);
	return found;
}

int build_id_compare(const struct image *image, const struct image *other, struct error *err)
{
	struct build_id id, other_id;

	for (int kind = BUILD_ID_GNU; kind <= BUILD_ID_GO; kind++) {
		if (!build_id_read(image, (enum build_id_kind)kind, &id) ||
		    !build_id_read(other, (enum build_id_kind)kind, &other_id))
			continue;
		if (id.size == other_id.size && memcmp(id.data, other_id.data, id.size) == 0)
			return 0;
		return error_fail(err, -ESTALE, "from another build: the build IDs differ");
	}
	return error_fail(err, -ENODATA,
			  "possibly from another build: there are no build IDs to compare");
}

void build_id_format(const struct build_id *id, char *text, size_t size)
{
	text[0] = '\0';
	for (size_t i = 0; i < id->size && i * 2 + 2 < size; i++)
		snprintf(text + i * 2, size - i * 2, "%02x", id->data[i]);
}
