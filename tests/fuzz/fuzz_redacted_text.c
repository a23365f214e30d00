/* SPDX-License-Identifier: MIT */
/*
 * Fuzzes the redaction of a text that may hold secrets. The first byte says whether the text is a query,
 * whether it was cut and whether a glob is added to the list. The other bytes are the text.
 */
#include <string.h>

#include "fuzz.h"
#include "redacted_text.h"

struct piece {
	const char *at;
	size_t size;
};

/* Returns the part of `rest` before the next `mark`, and advances `rest` beyond that mark. */
static struct piece take_until(struct piece *rest, char mark)
{
	const char *found = memchr(rest->at, mark, rest->size);
	struct piece piece = { rest->at, found ? (size_t)(found - rest->at) : rest->size };
	size_t taken = piece.size + (found != NULL);

	*rest = (struct piece){ rest->at + taken, rest->size - taken };
	return piece;
}

static bool contains(struct piece piece, const char *text)
{
	return memmem(piece.at, piece.size, text, strlen(text));
}

static bool is_plain_name(struct piece name)
{
	return !contains(name, ";") && !contains(name, "?") && !contains(name, "#") &&
	       !contains(name, "://");
}

/* No byte of the value is left. Only another parameter may follow, after a semicolon or an escape. */
static void check_hidden(struct piece shown)
{
	size_t size = strlen(REDACTED);
	const char *end = shown.at + shown.size, *found = NULL;

	for (const char *at = shown.at; (at = memmem(at, (size_t)(end - at), REDACTED, size));
	     at += size)
		found = at;
	HOLDS(found);
	HOLDS(found + size == end || strchr(";#%@", found[size]));
}

/* Splits the query as Go's url.ParseQuery does: the value of each secret parameter is hidden. */
static void check_query(const struct redaction *redaction, struct piece text, struct piece shown)
{
	while (text.size) {
		struct piece parameter = take_until(&text, '&'), made = take_until(&shown, '&');
		bool has_value = contains(parameter, "=");
		struct piece name = take_until(&parameter, '=');

		if (has_value && is_plain_name(name) &&
		    redaction_hides_parameter(redaction, name.at, name.size))
			check_hidden(made);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const globs[] = { "p?n*" };
	static const struct redaction redactions[] = { { NULL, 0 }, { globs, 1 } };
	struct piece text = { (const char *)data + 1, size - 1 };
	const struct redaction *redaction;
	struct redacted_text made;
	bool is_query, is_cut;

	if (size < 1)
		return 0;
	is_query = data[0] & 1;
	is_cut = data[0] & 2;
	redaction = &redactions[data[0] >> 2 & 1];
	made = (is_query ? redacted_text_make_query : redacted_text_make)(redaction, text.at,
									  text.size, is_cut);
	HOLDS(made.size <= (text.size + 1) * sizeof(REDACTED));
	HOLDS(made.owned ? contains((struct piece){ made.data, made.size }, REDACTED) :
			   made.data == text.at && made.size == text.size);
	if (is_query && !contains(text, REDACTED))
		check_query(redaction, text, (struct piece){ made.data, made.size });
	redacted_text_release(&made);
	return 0;
}
