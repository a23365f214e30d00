/* SPDX-License-Identifier: MIT */
#include "option_table.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "edit_distance.h"

const char option_letters[] = ":p:b:n:P:ajo:s:H:c:d:xvqhV";

const struct option option_table[] = {
	{ "pid", required_argument, NULL, 'p' },
	{ "binary", required_argument, NULL, 'b' },
	{ "name", required_argument, NULL, 'n' },
	{ "port", required_argument, NULL, 'P' },
	{ "all", no_argument, NULL, 'a' },
	{ "list", no_argument, NULL, OPTION_LIST },
	{ "summary", no_argument, NULL, OPTION_SUMMARY },
	{ "interval", required_argument, NULL, OPTION_INTERVAL },
	{ "json", no_argument, NULL, 'j' },
	{ "format", required_argument, NULL, OPTION_FORMAT },
	{ "color", required_argument, NULL, OPTION_COLOR },
	{ "time", required_argument, NULL, OPTION_TIME },
	{ "fields", required_argument, NULL, OPTION_FIELDS },
	{ "output", required_argument, NULL, 'o' },
	{ "output-size", required_argument, NULL, OPTION_OUTPUT_SIZE },
	{ "output-files", required_argument, NULL, OPTION_OUTPUT_FILES },
	{ "socket", required_argument, NULL, 's' },
	{ "socket-mode", required_argument, NULL, OPTION_SOCKET_MODE },
	{ "socket-group", required_argument, NULL, OPTION_SOCKET_GROUP },
	{ "connect", required_argument, NULL, OPTION_CONNECT },
	{ "label", required_argument, NULL, OPTION_LABEL },
	{ "node", optional_argument, NULL, OPTION_NODE },
	{ "reader-buffer", required_argument, NULL, OPTION_READER_BUFFER },
	{ "side", required_argument, NULL, OPTION_SIDE },
	{ "trace", no_argument, NULL, OPTION_TRACE },
	{ "within", required_argument, NULL, OPTION_WITHIN },
	{ "preset", required_argument, NULL, OPTION_PRESET },
	{ "latency", no_argument, NULL, OPTION_LATENCY },
	{ "capture", required_argument, NULL, OPTION_CAPTURE },
	{ "header", required_argument, NULL, 'H' },
	{ "response-header", required_argument, NULL, OPTION_RESPONSE_HEADER },
	{ "redact", required_argument, NULL, OPTION_REDACT },
	{ "show-secrets", no_argument, NULL, OPTION_SHOW_SECRETS },
	{ "types", required_argument, NULL, OPTION_TYPES },
	{ "signature", required_argument, NULL, OPTION_SIGNATURE },
	{ "method", required_argument, NULL, OPTION_METHOD },
	{ "path", required_argument, NULL, OPTION_PATH },
	{ "route", required_argument, NULL, OPTION_ROUTE },
	{ "host", required_argument, NULL, OPTION_HOST },
	{ "status", required_argument, NULL, OPTION_STATUS },
	{ "min-duration", required_argument, NULL, OPTION_MIN_DURATION },
	{ "failed", no_argument, NULL, 'x' },
	{ "where", required_argument, NULL, OPTION_WHERE },
	{ "sample", required_argument, NULL, OPTION_SAMPLE },
	{ "max-rate", required_argument, NULL, OPTION_MAX_RATE },
	{ "count", required_argument, NULL, 'c' },
	{ "duration", required_argument, NULL, 'd' },
	{ "max-string", required_argument, NULL, OPTION_MAX_STRING },
	{ "max-elements", required_argument, NULL, OPTION_MAX_ELEMENTS },
	{ "bytes", required_argument, NULL, OPTION_BYTES },
	{ "ring-size", required_argument, NULL, OPTION_RING_SIZE },
	{ "attach", required_argument, NULL, OPTION_ATTACH },
	{ "verbose", no_argument, NULL, 'v' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 },
};

static bool is_letter_known(int option)
{
	for (size_t i = 0; option_table[i].name; i++) {
		if (option_table[i].val == option)
			return true;
	}
	return false;
}

static size_t common_prefix(const char *a, const char *b)
{
	size_t size = 0;

	while (a[size] && a[size] == b[size])
		size++;
	return size;
}

/* Whether the word is the beginning of several options. */
static bool is_ambiguous(const char *word)
{
	size_t size = strcspn(word, "="), count = 0;

	for (size_t i = 0; size > 2 && option_table[i].name; i++)
		count += strncmp(option_table[i].name, word + 2, size - 2) == 0;
	return count > 1;
}

/* Returns the option whose name is most similar to "--nmae=x"; NULL if none is. */
static const char *similar_option(const char *word)
{
	size_t size = strcspn(word, "="), limit = size / 3, least = limit + 1, longest = 0;
	char name[64];
	const char *found = NULL;

	if (size < 3 || size > sizeof(name))
		return NULL;
	snprintf(name, sizeof(name), "%.*s", (int)size - 2, word + 2);
	for (size_t i = 0; option_table[i].name; i++) {
		size_t distance = edit_distance(option_table[i].name, name, limit);

		size_t common = common_prefix(option_table[i].name, name);

		if (distance < least || (distance == least && found && common > longest)) {
			least = distance;
			longest = common;
			found = option_table[i].name;
		}
	}
	return found;
}

static void hint_option(const char *word, struct error *err)
{
	const char *similar = strncmp(word, "--", 2) == 0 ? similar_option(word) : NULL;

	if (similar)
		error_hint(err, "did you mean --%s?", similar);
	else
		error_hint(err, "see gohttpsnoop --help");
}

/* getopt() has printed nothing, because opterr is 0. */
int option_table_fail(int result, char **argv, struct error *err)
{
	const char *word = argv[optind - 1];

	if (result == '?' && optopt == 0)
		hint_option(word, err);
	else
		error_hint(err, "see gohttpsnoop --help");
	if (result == ':')
		return error_fail(err, -EINVAL, "option %s needs a value", word);
	/* Within "-xj" getopt() has not moved to the next word yet. */
	if (optopt > 0 && optopt < 256 && !is_letter_known(optopt))
		return error_fail(err, -EINVAL, "there is no option -%c", optopt);
	if (optopt > 0)
		return error_fail(err, -EINVAL, "option %s takes no value", word);
	if (strncmp(word, "--", 2) == 0 && is_ambiguous(word))
		return error_fail(err, -EINVAL, "several options begin with %s", word);
	return error_fail(err, -EINVAL, "there is no option %s", word);
}
