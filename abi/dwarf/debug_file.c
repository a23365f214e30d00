/* SPDX-License-Identifier: MIT */
#include "debug_file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "build_id.h"
#include "debug_info.h"
#include "minimum.h"

#define CHUNK ((size_t)256 << 10)
#define MAX_LINK 4096
/* The traced program names the file, and a sparse file may claim any size. */
#define MAX_CHECKED (UINT64_C(1) << 30)

/* The content of .gnu_debuglink: a file name without folders, and the CRC-32 of the file. */
struct link {
	char name[NAME_MAX + 1];
	uint32_t checksum;
};

static bool link_read(const struct image *image, struct link *ret_link)
{
	struct section section;
	struct buffer buffer;
	const char *name;
	bool found = false;

	if (!image_section(image, ".gnu_debuglink", &section) || section.no_bits ||
	    section.size > MAX_LINK ||
	    image_load_file(image, section.offset, section.size, &buffer, NULL) < 0)
		return false;
	name = bytes_string(buffer_bytes(&buffer), 0);
	if (name && *name && strlen(name) <= NAME_MAX && !strchr(name, '/') &&
	    strcmp(name, "..") != 0 &&
	    bytes_u32(buffer_bytes(&buffer), (strlen(name) + 4) / 4 * 4, &ret_link->checksum)) {
		memcpy(ret_link->name, name, strlen(name) + 1);
		found = true;
	}
	buffer_release(&buffer);
	return found;
}

/* Checks the CRC-32 of the whole file, as `objcopy --add-gnu-debuglink` writes it. False above MAX_CHECKED. */
static bool checksum_is(const struct image *image, uint32_t wanted)
{
	uint64_t size = image_size(image), done = 0;
	uint8_t *chunk = size <= MAX_CHECKED ? malloc(CHUNK) : NULL;
	uLong sum = 0;

	while (chunk && done < size) {
		size_t length = minimum(size - done, CHUNK);

		if (image_read(image, done, chunk, length, NULL) < 0)
			break;
		sum = crc32(sum, chunk, (uInt)length);
		done += length;
	}
	free(chunk);
	return done == size && sum == wanted;
}

/* Accepts the checksum of `link`, if it is not NULL, for files without a build ID. */
static int debug_image_open(const struct image *image, const char *path, const struct link *link,
			    struct image **ret_debug, struct error *err)
{
	struct image *debug;
	int r = image_open_debug(path, &debug, err);

	if (r < 0)
		return r;
	if (!debug_info_present(debug)) {
		r = error_fail(err, -ENODATA, "has no DWARF");
	} else if (image_machine(debug) != image_machine(image)) {
		r = error_fail(err, -ESTALE, "for another machine architecture");
	} else {
		struct error why = { 0 };

		r = build_id_compare(image, debug, &why);
		if (r == -ENODATA && link && checksum_is(debug, link->checksum))
			r = 0;
		if (r < 0)
			error_adopt(err, &why);
	}
	if (r < 0)
		image_close(debug);
	else
		*ret_debug = debug;
	return r;
}

int debug_file_open(const struct image *image, const char *path, struct image **ret_debug,
		    struct error *err)
{
	return debug_image_open(image, path, NULL, ret_debug, err);
}

/* Where a binary is: its folder as the process sees it, and the root of that process, "" for our own root. */
struct place {
	char root[64];
	char folder[PATH_MAX];
};

static bool place_find(const char *path, struct place *ret_place)
{
	char target[PATH_MAX], *slash;
	ssize_t length;
	int end = 0;
	unsigned int pid;

	ret_place->root[0] = '\0';
	if (sscanf(path, "/proc/%u/exe%n", &pid, &end) == 1 && end && !path[end]) {
		length = readlink(path, target, sizeof(target) - 1);
		if (length < 0)
			return false;
		target[length] = '\0';
		snprintf(ret_place->root, sizeof(ret_place->root), "/proc/%u/root", pid);
	} else if (!realpath(path, target)) {
		return false;
	}
	slash = strrchr(target, '/');
	if (!slash)
		return false;
	*slash = '\0';
	memcpy(ret_place->folder, target, strlen(target) + 1);
	return true;
}

/* The search for a debug file. */
struct search {
	const struct image *image;
	const struct link *link; /* NULL: search by the build ID only */
	const char *folder;
	struct image *found;
	struct error *err;
	int result; /* 0: found; -ENOENT: not yet; else a shortage of memory or file descriptors */
};

/* Opens the file whose path has these parts, if it belongs to the image. True if the search is over. */
static bool parts_open(struct search *search, const struct link *link, const char *const parts[4])
{
	struct error why = { 0 };
	char path[2 * PATH_MAX];
	int length =
		snprintf(path, sizeof(path), "%s%s%s%s", parts[0], parts[1], parts[2], parts[3]);
	int r;

	if (length <= 0 || (size_t)length >= sizeof(path) || access(path, R_OK) < 0)
		return false;
	r = debug_image_open(search->image, path, link, &search->found, &why);
	if (error_is_shortage(r))
		error_adopt(search->err, &why);
	else if (r < 0)
		return false;
	search->result = r;
	return true;
}

static bool find_by_link(struct search *search, const struct place *place, const char *root)
{
	const struct link *link = search->link;
	const char *const paths[][4] = {
		{ root, place->folder, "/", link->name },
		{ root, place->folder, "/.debug/", link->name },
	};
	char below[PATH_MAX + NAME_MAX + 2];

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (parts_open(search, link, paths[i]))
			return true;
	snprintf(below, sizeof(below), "%s/%s", place->folder, link->name);
	return parts_open(search, link, (const char *const[]){ root, search->folder, below, "" });
}

static bool find_by_id(struct search *search, const char *root)
{
	char digits[2 * sizeof(((struct build_id *)0)->data) + 1];
	char below[sizeof(digits) + 32];
	struct build_id id;

	if (!build_id_read(search->image, BUILD_ID_GNU, &id) || id.size < 2)
		return false;
	build_id_format(&id, digits, sizeof(digits));
	snprintf(below, sizeof(below), "/.build-id/%.2s/%s.debug", digits, digits + 2);
	return parts_open(search, NULL, (const char *const[]){ root, search->folder, below, "" });
}

static bool find_below(struct search *search, const struct place *place, const char *root)
{
	return find_by_id(search, root) || (search->link && find_by_link(search, place, root));
}

int debug_file_find(const struct image *image, const char *path, const char *folder,
		    struct image **ret_debug, struct error *err)
{
	struct link link;
	struct search search = { .image = image,
				 .link = link_read(image, &link) ? &link : NULL,
				 .folder = folder,
				 .err = err,
				 .result = -ENOENT };
	struct place place;

	if (!place_find(path, &place))
		return -ENOENT;
	if (!find_below(&search, &place, place.root) && place.root[0])
		find_below(&search, &place, "");
	if (search.result == 0)
		*ret_debug = search.found;
	return search.result;
}
