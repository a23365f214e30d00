/* SPDX-License-Identifier: MIT */
#include "build_version.h"

#include <stdlib.h>
#include <string.h>

#include "go_version.h"

enum {
	MAX_TEXTS = 256, /* of texts that begin with the prefix; a program has some dozens */
	MAX_VARIABLES = 8,
	MAX_LENGTH = 64,
};

/* Bytes of all searches together: each text takes one through the whole file. */
#define MAX_SEARCHED (UINT64_C(16) << 30)

static const char prefix[] = "go1.";

/*
 * Returns the value of the string variable at `address`, which consists of the pointer `text` and a length;
 * NULL if the value is not a Go version. The caller frees the string.
 */
static char *version_at(const struct image *image, uint64_t text, uint64_t address)
{
	uint64_t length = 0;
	struct go_version version;
	struct buffer buffer;
	char *copy;

	if (image_word(image, address + 8, &length, NULL) < 0 || length < sizeof(prefix) ||
	    length > MAX_LENGTH || image_load(image, text, length, &buffer, NULL) < 0)
		return NULL;
	copy = strndup((const char *)buffer.data, buffer.size);
	buffer_release(&buffer);
	if (copy && go_version_parse(copy, &version, NULL) == 0)
		return copy;
	free(copy);
	return NULL;
}

/* Finds a string variable that points to `text`, and returns its value; NULL if no value is a Go version. */
static char *variable_find(const struct image *image, uint64_t text)
{
	uint64_t address = 0;

	for (int i = 0; i < MAX_VARIABLES && image_find_word(image, text, &address); i++) {
		char *version = version_at(image, text, address);

		if (version)
			return version;
		address += 8;
	}
	return NULL;
}

static bool is_followed_by_digit(const struct image *image, uint64_t text)
{
	struct buffer buffer;
	bool is_digit;

	if (image_load(image, text + sizeof(prefix) - 1, 1, &buffer, NULL) < 0)
		return false;
	is_digit = buffer.data[0] >= '0' && buffer.data[0] <= '9';
	buffer_release(&buffer);
	return is_digit;
}

char *build_version_find(const struct image *image)
{
	const struct bytes needle = { (const uint8_t *)prefix, sizeof(prefix) - 1 };
	uint64_t text = 0;
	char *version = NULL;

	for (uint64_t i = 0; i < MAX_TEXTS && i * image_size(image) < MAX_SEARCHED &&
			     image_find(image, needle, 1, false, &text);
	     i++, text++) {
		char *other = is_followed_by_digit(image, text) ? variable_find(image, text) : NULL;
		bool differs = other && version && strcmp(version, other) != 0;

		if (!version)
			version = other;
		else
			free(other);
		if (differs) {
			free(version);
			return NULL;
		}
	}
	return version;
}
